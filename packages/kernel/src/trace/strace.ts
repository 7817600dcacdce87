/**
 * Trace lines in the manner of strace(1): call(arguments) = result, signals, ends. Arguments are shown
 * as the row's signature says; what a call fills in is shown from the result.
 */
import { BLOCKED, ERESTART_RESTARTBLOCK, ERESTARTSYS } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, readCString } from '../mm/user-access.ts';
import { signalCodeName, signalName } from '../signal/numbers.ts';
import { isFault } from '../signal/siginfo-struct.ts';
import { syscallArguments } from '../syscalls/arguments.ts';
import type { CallPlan } from '../syscalls/call-plan.ts';
import type { ArgType } from '../syscalls/define.ts';
import type { SigInfo, Task } from '../types.ts';
import { errnoName } from './errno-names.ts';

/** Bytes of a string or buffer that are shown, as strace -s 32. */
const STRING_MAX = 32;
/** Stands in the entry text for a buffer that the call fills. */
const LATER = '\u0001';

const ESCAPES: Readonly<Record<number, string>> = {
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** Quotes bytes as C does: octal escapes for what cannot be printed. */
export function quote(bytes: Uint8Array, more: boolean): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    const digit = bytes[i + 1] !== undefined && bytes[i + 1]! >= 48 && bytes[i + 1]! <= 57;
    if (ESCAPES[byte] !== undefined) text += ESCAPES[byte];
    else if (byte >= 32 && byte < 127) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(8).padStart(digit ? 3 : 1, '0')}`;
  }
  return `${text}"${more ? '...' : ''}`;
}

function address(value: number): string {
  return value === 0 ? 'NULL' : `0x${(value >>> 0).toString(16)}`;
}

function pathText(kernel: Kernel, task: Task, at: number): string {
  if (at === 0) return 'NULL';
  const text = readCString(kernel, task, at);
  if (typeof text === 'number') return address(at);
  return quote(
    Uint8Array.from(text, (c) => c.charCodeAt(0)),
    false,
  );
}

function bufferText(kernel: Kernel, task: Task, at: number, length: number): string {
  if (at === 0) return 'NULL';
  const bytes = copyIn(kernel, task, at, Math.min(length, STRING_MAX));
  return bytes === undefined ? address(at) : quote(bytes, length > STRING_MAX);
}

/** One argument; `next` is the one behind it, a buffer's length. */
function show(kernel: Kernel, task: Task, type: ArgType, value: number, next: number | undefined): string {
  switch (type) {
    case 'path':
      return pathText(kernel, task, value);
    case 'buf':
      return bufferText(kernel, task, value, next ?? STRING_MAX);
    case 'outbuf':
      return LATER;
    case 'ptr':
      return address(value);
    case 'mode':
      return `0${value.toString(8)}`;
    case 'flags':
    case 'oflags':
    case 'mapflags':
    case 'mlockflags':
    case 'ioctl':
    case 'ulong':
      return value < 10 ? `${value}` : `0x${value.toString(16)}`;
    case 'signal':
      return signalName(value);
    case 'fd':
      return value === -100 ? 'AT_FDCWD' : `${value}`;
    default:
      return `${value}`;
  }
}

/** At a call's entry: keeps its text, since memory may be another afterwards. */
export function traceCall(kernel: Kernel, task: Task, plan: CallPlan | undefined, number: number): void {
  if (kernel.options.strace === undefined) return;
  if (plan === undefined) {
    task.traceEntry = `${kernel.abi.syscallNumbers.get(number) ?? `syscall_${number}`}(`;
    return;
  }
  const { row } = plan;
  const values = syscallArguments(kernel, plan);
  const shown = row.args.map((type, i) => show(kernel, task, type, values[i]!, values[i + 1]));
  task.traceEntry = `${row.name}(${shown.join(', ')}`;
  if (row.name === 'exit_group' || row.name === 'exit') {
    emit(kernel, task, `${task.traceEntry}) = ?`);
    task.traceEntry = undefined;
  } else if (task.traceEntry.includes(LATER)) {
    const at = row.args.indexOf('outbuf');
    task.traceBuffer = values[at]!;
  }
}

/** At a call's end: the line. `result` may be a restart class. */
export function traceResult(kernel: Kernel, task: Task, result: number): void {
  const entry = task.traceEntry;
  task.traceEntry = undefined;
  if (entry === undefined || result === BLOCKED) return;
  const filled = entry.includes(LATER) ? outputText(kernel, task, result) : '';
  const text = entry.replaceAll(LATER, filled);
  const pad = Math.max(0, 39 - text.length - 1);
  emit(kernel, task, `${text})${' '.repeat(pad)} = ${resultText(text, result)}`);
}

function outputText(kernel: Kernel, task: Task, result: number): string {
  return result > 0 && task.mm !== undefined
    ? bufferText(kernel, task, task.traceBuffer, result)
    : address(task.traceBuffer);
}

/** Calls whose result is an address. */
const ADDRESSES = /^(brk|mmap|mmap2|mremap|shmat)\(/;

function resultText(call: string, result: number): string {
  if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK) return `? ${restartName(-result)} (To be restarted)`;
  if (result < 0 && result >= -4095) return `-1 ${errnoName(-result)}`;
  return ADDRESSES.test(call) ? `0x${(result >>> 0).toString(16)}` : `${result}`;
}

function restartName(code: number): string {
  return (
    ['ERESTARTSYS', 'ERESTARTNOINTR', 'ERESTARTNOHAND', '', 'ERESTART_RESTARTBLOCK'][code - ERESTARTSYS] ?? `${code}`
  );
}

/** A signal is taken. */
export function traceSignal(kernel: Kernel, task: Task, info: SigInfo): void {
  if (kernel.options.strace === undefined) return;
  const name = signalName(info.signo);
  const fields = [`si_signo=${name}`, `si_code=${signalCodeName(info)}`];
  if (info.pid !== 0) fields.push(`si_pid=${info.pid}`, `si_uid=${info.uid}`);
  if (isFault(info)) fields.push(`si_addr=${address(info.addr)}`);
  if (info.status !== 0) fields.push(`si_status=${info.status}`);
  emit(kernel, task, `--- ${name} {${fields.join(', ')}} ---`);
}

/** A task ends. */
export function traceExit(kernel: Kernel, task: Task, status: number): void {
  if (kernel.options.strace === undefined) return;
  if (task.traceEntry !== undefined) {
    emit(kernel, task, `${task.traceEntry.replaceAll(LATER, '')} <unfinished ...>) = ?`);
    task.traceEntry = undefined;
  }
  const signo = status & 0x7f;
  emit(kernel, task, signo ? `+++ killed by ${signalName(signo)} +++` : `+++ exited with ${(status >> 8) & 0xff} +++`);
}

/** Lines carry the task's id once there are several. */
function emit(kernel: Kernel, task: Task, line: string): void {
  const several = kernel.state.counters.forks > 0;
  kernel.options.strace!(several ? `[pid ${String(task.tid).padStart(5)}] ${line}` : line);
}
