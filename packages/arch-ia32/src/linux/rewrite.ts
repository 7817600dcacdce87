/**
 * Rewriting of `int 0x80` (CD 80) as `call *%eax` (FF D0): EAX is the call's number, so the call goes to
 * page 0, where a ladder of jumps leads every number to the gate in kernel text (entry/rewritten.ts). The
 * gate asks a table of the process's sites whether the call comes from one; what else gets there is a
 * program's jump through a null pointer.
 */
import {
  ENOMEM,
  ENOSYS,
  findFreeRange,
  forceSignal,
  insertVma,
  type Kernel,
  type KernelException,
  kernelRead32,
  kernelWrite32,
  type Mm,
  newVma,
  type RewriteAbi,
  readWord,
  SIGNAL_TRAMPOLINE,
  sigInfo,
  type Task,
  writeInMm,
} from '@kml/kernel';
import { NR_SYSCALLS } from './entry/constants.ts';
import { ladder } from './ladder.ts';
import { KML_WILD, SITE_TABLE_SLOTS } from './layout.ts';
import { PT } from './pt-regs.ts';

const PAGE = 4096;
const PROT_READ = 1;
const PROT_EXEC = 4;
const TRAP = Uint8Array.of(0xcd, 0x80);
/** MOV EAX, imm32, and the numbers of sigreturn and rt_sigreturn. */
const MOV_EAX = 0xb8;
const SIGRETURNS: ReadonlySet<number> = new Set([119, 173]);
const CALL_EAX = Uint8Array.of(0xff, 0xd0);
/** Slots of the table, and behind them those that the last may run over into; a page, which is never full. */
const TABLE_BYTES = SITE_TABLE_SLOTS * 4 + PAGE;
/** Half full at most, so that look-ups stay short, and their runs within the page behind. */
const MOST_SITES = Math.min(SITE_TABLE_SLOTS / 2, PAGE / 4 - 1);

const SIGSEGV = 11;
const SEGV_MAPERR = 1;

/** Maps the ladder, execute-only, so that null pointers still fault, and the table of sites. */
function prepare(kernel: Kernel, mm: Mm): { start: number; end: number }[] | number {
  const table = findFreeRange(kernel, mm, TABLE_BYTES, 0);
  if (table < 0) return -ENOMEM;
  const page = { ...newVma(0, PAGE, PROT_EXEC), name: '[kml_gate]', maxProt: PROT_EXEC, executeOnly: true };
  insertVma(kernel, mm, page);
  insertVma(kernel, mm, { ...newVma(table, table + TABLE_BYTES, PROT_READ), name: '[kml_sites]' });
  mm.arch.siteTable = table;
  if (!writeInMm(kernel, mm, 0, ladder())) return -ENOMEM;
  return [
    { start: 0, end: PAGE },
    { start: table, end: table + TABLE_BYTES },
  ];
}

/** Where a process's table lies; 0: it has none. */
export function siteTable(mm: Mm): number {
  return mm.rewrite === undefined ? 0 : ((mm.arch.siteTable as number | undefined) ?? 0);
}

const slotOf = (back: number): number => back & (SITE_TABLE_SLOTS - 1);

/** Writes return addresses into the table: one, or all anew. */
function sitesChanged(kernel: Kernel, mm: Mm, added: number | undefined): void {
  const table = mm.arch.siteTable as number;
  const sites = [...mm.rewrite!.sites.keys()].map((site) => site + TRAP.length);
  const words = new Int32Array(TABLE_BYTES / 4);
  for (const back of sites) {
    let slot = slotOf(back);
    while (words[slot] !== 0) slot++;
    words[slot] = back;
    if (added !== undefined && back === added + TRAP.length) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setInt32(0, back, true);
      writeInMm(kernel, mm, table + 4 * slot, bytes);
    }
  }
  if (added === undefined) writeInMm(kernel, mm, table, new Uint8Array(words.buffer));
}

/** Whether the word on top of the stack is the return address of a rewritten site. */
function fromSite(kernel: Kernel, task: Task, sp: number): number | undefined {
  const back = readWord(kernel, task, sp);
  if (back === undefined) return undefined;
  return task.mm?.rewrite?.sites.has((back >>> 0) - TRAP.length) ? back : undefined;
}

/** Address that a jump into page 0 was made to, as far as the call in front of the return address tells: else 0. */
function wildTarget(kernel: Kernel, task: Task, frame: number): number {
  const back = readWord(kernel, task, kernelRead32(kernel, frame + PT.esp) >>> 0) ?? 0;
  const code = readWord(kernel, task, (back - 4) >>> 0) ?? 0;
  const call = (code >>> 16) & 0xff;
  const operand = code >>> 24;
  if (call !== 0xff || (operand & 0xf8) !== 0xd0) return 0;
  const registers = [PT.eax, PT.ecx, PT.edx, PT.ebx, PT.esp, PT.ebp, PT.esi, PT.edi];
  const target = kernelRead32(kernel, frame + registers[operand & 7]!) >>> 0;
  return target < PAGE ? target : 0;
}

/**
 * A fetch that comes of rewriting: a call from a site with a number so large that it is no address of the
 * ladder's (ENOSYS, as by the trap), or the gate's word that a jump into page 0 came from no site.
 */
function fixup(kernel: Kernel, task: Task, { cause, frame }: KernelException): boolean {
  if (cause.kind !== 'page') return false;
  const pc = kernelRead32(kernel, frame + PT.eip) >>> 0;
  if (pc === KML_WILD) {
    const target = wildTarget(kernel, task, frame);
    kernelWrite32(kernel, frame + PT.eip, target);
    task.arch.faultAddress = target;
    forceSignal(kernel, task, sigInfo(SIGSEGV, { code: SEGV_MAPERR, addr: target }));
    return true;
  }
  const number = kernelRead32(kernel, frame + PT.eax) >>> 0;
  if (pc !== number || number < NR_SYSCALLS || (cause.address !== pc && pc !== PAGE - 1)) return false;
  const sp = kernelRead32(kernel, frame + PT.esp) >>> 0;
  const back = fromSite(kernel, task, sp);
  if (back === undefined) return false;
  kernelWrite32(kernel, frame + PT.eip, back);
  kernelWrite32(kernel, frame + PT.esp, sp + 4);
  kernelWrite32(kernel, frame + PT.eax, -ENOSYS);
  return true;
}

/** Whether the five bytes before a trap load EAX with the number of sigreturn or rt_sigreturn. */
function isTrampoline(before: Uint8Array | undefined): boolean {
  if (before === undefined || before[0] !== MOV_EAX) return false;
  return SIGRETURNS.has(before[1]!) && (before[2]! | before[3]! | before[4]!) === 0;
}

/** LinuxAbi.rewrite */
export const rewrite: RewriteAbi = {
  stubBytes: 0,
  prepare,
  trapSite: (kernel, frame) => (kernelRead32(kernel, frame + PT.eip) >>> 0) - TRAP.length,
  plan(_kernel, mm, site, read) {
    const original = read(site, TRAP.length);
    if (original === undefined || original[0] !== TRAP[0] || original[1] !== TRAP[1]) return 'no trap instruction';
    if (isTrampoline(read(site - 5, 5))) return SIGNAL_TRAMPOLINE;
    if (mm.rewrite!.sites.size >= MOST_SITES) return 'too many sites';
    return { start: site, original, make: () => ({ patch: CALL_EAX }) };
  },
  sitesChanged,
  fixup,
};
