/** Runs cases on our machine: one instruction each, traps noted and not delivered. */
import { ia32 } from '@kml/arch-ia32/isa';
import {
  Cpu,
  Engine,
  GuestMemory,
  type IsaBackend,
  KERNEL_GO_ON,
  Mmu,
  makePte,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  STATE_BASE,
} from '@kml/core';
import { loadFxsaveWords, saveFxsaveWords } from '../../../../packages/arch-ia32/src/isa/fp/x87-words.ts';
import { layout, MODE_CODE32, MODE_STACK32 } from '../../../../packages/arch-ia32/src/isa/state.ts';
import { FP_AGAIN } from '../../../../packages/arch-ia32/src/isa/vectors.ts';
import { Case, DATA_ADDRESS, MEM_BYTES, RECORD_BYTES } from './record.ts';

const CODE_ADDRESS = 0x10000000;
const CASES_PER_PAGE = 256;
const GENERAL = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const MODE = 3 | MODE_CODE32 | MODE_STACK32;
/** Signals by vector, as Linux delivers them. */
const SIGNALS: Readonly<Record<number, number>> = { 6: 4, 7: 11, 13: 11, 14: 11, 16: 8, 19: 8 };

/** Runs the cases in order. */
export function runOurs(cases: readonly Case[]): Case[] {
  const pages = Math.ceil(cases.length / CASES_PER_PAGE);
  const memory = new GuestMemory(pages + 16, 'little');
  const mmu = new Mmu(memory, 0xc0000000);
  const cpu = new Cpu(memory, mmu, layout, STATE_BASE);
  let vector = -1;
  const nop = (CODE_ADDRESS >>> 12) + pages;
  const isa: IsaBackend = {
    ...ia32,
    deliverTrap(_cpu, number, error, next) {
      if (number === FP_AGAIN) {
        ia32.deliverTrap(cpu, number, error, next);
        return;
      }
      vector = number;
      cpu.pc = nop << 12;
    },
    deliverFault(_cpu, fault) {
      vector = fault.access ? 14 : fault.vector;
      cpu.pc = nop << 12;
    },
  };
  const space = mmu.createSpace();
  mmu.activate(space);
  isa.reset(cpu);
  const flags = PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_EXEC;
  for (let page = 0; page <= pages; page++) mmu.setEntry(space, (CODE_ADDRESS >>> 12) + page, makePte(page + 1, flags));
  const dataFrame = pages + 4;
  mmu.setEntry(space, DATA_ADDRESS >>> 12, makePte(dataFrame, PTE_PRESENT | PTE_USER | PTE_WRITE));
  memory.writeFrame(pages + 1, 0, Uint8Array.of(0x90, 0x90));
  cases.forEach((item, n) => {
    memory.writeFrame(1 + Math.floor(n / CASES_PER_PAGE), (n % CASES_PER_PAGE) * 16, item.code);
  });
  const engine = new Engine({
    isa,
    model: isa.cpuModels[0]!,
    cpu,
    kernel: { kernelCall: () => KERNEL_GO_ON },
    kernelText: { start: 0xc0100000, end: 0xc0101000 },
    hotness: Number.POSITIVE_INFINITY,
    verify: true,
  });
  const slot = (name: string) => layout.slot(name, 'i32');
  return cases.map((item, n) => {
    const result = new Case(new Uint8Array(item.bytes));
    if (!loadFxsaveWords(cpu, fxWords(item.fx), 0)) throw new Error('bad MXCSR in a case');
    GENERAL.forEach((name, i) => {
      cpu.set(slot(name), item.reg(i));
    });
    setFlags(item.eflags);
    memory.writeFrame(dataFrame, 0, item.memory);
    vector = -1;
    cpu.mode = MODE;
    cpu.pc = CODE_ADDRESS + n * 16;
    engine.run(1);
    GENERAL.forEach((name, i) => {
      if (i !== 4) result.setReg(i, cpu.get(slot(name)));
    });
    result.eflags = getFlags();
    result.setTrap(vector < 0 ? 0 : (SIGNALS[vector] ?? -1), Math.max(0, vector));
    saveFxsaveWords(cpu, fxWords(result.fx), 0);
    const at = memory.frameAddress(dataFrame);
    result.memory.set(memory.u8.subarray(at, at + MEM_BYTES));
    return result;
  });

  function setFlags(value: number): void {
    cpu.set(slot('cf'), value & 1);
    cpu.set(slot('pr'), value & 4 ? 0 : 1);
    cpu.set(slot('af'), value);
    cpu.set(slot('zr'), value & 0x40 ? 0 : 1);
    cpu.set(slot('sr'), value << 24);
    cpu.set(slot('of'), value << 20);
    cpu.set(slot('df'), 1);
    cpu.set(slot('efl'), 0x202);
  }
  function getFlags(): number {
    let parity = cpu.get(slot('pr')) & 0xff;
    parity ^= parity >> 4;
    parity ^= parity >> 2;
    parity ^= parity >> 1;
    return (
      cpu.get(slot('cf')) |
      (parity & 1 ? 0 : 4) |
      (cpu.get(slot('af')) & 0x10) |
      (cpu.get(slot('zr')) === 0 ? 0x40 : 0) |
      (cpu.get(slot('sr')) < 0 ? 0x80 : 0) |
      (cpu.get(slot('of')) < 0 ? 0x800 : 0)
    );
  }
}

export { RECORD_BYTES };

/** An FXSAVE image as words. */
export function fxWords(view: DataView): Int32Array {
  return new Int32Array(view.buffer, view.byteOffset, view.byteLength >> 2);
}
