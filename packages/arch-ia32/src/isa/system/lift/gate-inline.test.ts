import { type Cpu, PAGE_SIZE } from '@kml/core';
import { instructionRunner, Random, type RunInstruction } from '@kml/core/testing';
import { expect, test } from 'vitest';
import { ia32 } from '../../backend.ts';
import { reg } from '../../state.ts';
import { FLAG_IOPL, FLAG_TF, FLAG_VM, writeEflags } from '../eflags.ts';
import { updateMode } from '../mode.ts';
import { CR0_AM } from '../registers.ts';

const KERNEL_BASE = 0xc000_0000;
const USER_CODE = 0x1000;
const KERNEL_CODE = KERNEL_BASE + 0x800;
/** In the kernel's page: the tables, and the stack's end. */
const IDT = KERNEL_BASE;
const GDT = KERNEL_BASE + 0x440;
const TSS = KERNEL_BASE + 0x500;
const STACK = KERNEL_BASE + 0xc00;
const PROGRAMS = 800;
/** INT 0x80, SYSENTER; IRETD, SYSEXIT. */
const WORDS = {
  [USER_CODE]: 0x9090_80cd,
  [USER_CODE + 4]: 0x9090_340f,
  [KERNEL_CODE]: 0x9090_90cf,
  [KERNEL_CODE + 4]: 0x9090_350f,
};
const GATE = 0x80;
const [KERNEL_CS, KERNEL_DS, USER_CS, USER_DS] = [0x60, 0x68, 0x73, 0x7b];

/** What the words of the tables are, in most cases; each test changes some at random. */
function tables(random: Random): Map<number, number> {
  const words = new Map<number, number>();
  const put = (at: number, ...values: number[]): void => {
    for (const [n, value] of values.entries()) words.set(at + 4 * n, value);
  };
  put(IDT + 8 * GATE, (KERNEL_CS << 16) | 0x0808, 0xc000_ee00 | (random.below(2) << 8));
  put(GDT + KERNEL_CS, 0xffff, 0x00cf_9b00);
  put(GDT + KERNEL_DS, 0xffff, 0x00cf_9300);
  put(GDT + (USER_CS & ~7), 0xffff, 0x00cf_fb00);
  put(GDT + (USER_DS & ~7), 0xffff, 0x00cf_f300);
  put(TSS + 4, STACK, KERNEL_DS);
  const frame = [USER_CODE, USER_CS, random.word() & ~(FLAG_TF | FLAG_VM), 0x1f00, USER_DS];
  put(STACK - 20, ...frame);
  if (random.oneIn(2)) {
    const keys = [...words.keys()];
    const at = random.pick(keys);
    const bit = 1 << random.below(32);
    words.set(at, random.oneIn(3) ? random.corner() : words.get(at)! ^ bit);
  }
  return words;
}

function prepare(cpu: Cpu, random: Random, cpl: 0 | 3): void {
  cpu.memory.u8.fill(0, cpu.memory.frameAddress(1), cpu.memory.frameAddress(1) + PAGE_SIZE - 0x800);
  for (const [at, word] of tables(random)) cpu.virtual.write32(at | 0, word, true);
  const set = (name: string, value: number) => cpu.set(reg(name), value | 0);
  for (const name of ['eax', 'ebx', 'ebp']) set(name, random.corner());
  set('esp', cpl === 0 && !random.oneIn(10) ? STACK - 20 - (random.oneIn(4) ? random.below(8) : 0) : random.corner());
  for (const name of ['cs', 'ss', 'ds', 'es']) {
    const user = cpl === 3 || name === 'ds' || name === 'es';
    const code = name === 'cs';
    set(name, user ? (code ? USER_CS : USER_DS) : code ? KERNEL_CS : KERNEL_DS);
    set(`${name}Base`, 0);
    set(`${name}Limit`, -1);
    set(`${name}Attr`, (code ? 0xc09b : 0xc093) | (user ? 0x60 : 0));
  }
  set('idtrBase', IDT);
  set('idtrLimit', random.oneIn(20) ? 8 * GATE + random.below(8) : 0x7ff);
  set('gdtrBase', GDT);
  set('gdtrLimit', random.oneIn(20) ? random.below(0x90) : 0xff);
  set('trBase', TSS);
  set('trLimit', random.oneIn(20) ? random.below(16) : 0x67);
  if (random.oneIn(20)) set(random.pick(['idtrBase', 'gdtrBase', 'trBase']), random.corner());
  set('sysenterCs', random.oneIn(10) ? random.pick([0, 3, 0x10000, 0xfffc, 0xfff0]) : KERNEL_CS | random.below(4));
  set('sysenterEip', 0xc000_0808);
  set('sysenterEsp', random.corner());
  set('ecx', random.corner());
  set('edx', USER_CODE);
  if (random.oneIn(4)) set('cr0', cpu.get(reg('cr0')) | CR0_AM);
  writeEflags(cpu, random.word() & ~(FLAG_TF | FLAG_VM | (random.oneIn(2) ? FLAG_IOPL : 0)));
  updateMode(cpu);
}

/** In IR and by the routines of the host; and the words of the kernel's page that came of it. */
function compare(pc: number, cpl: 0 | 3): number {
  const [inline, routine] = [[], ['inlineTraps'] as const].map((without) =>
    instructionRunner({ isa: ia32, words: WORDS, kernelBase: KERNEL_BASE | 0, without }),
  ) as [RunInstruction, RunInstruction];
  let entered = 0;
  for (let seed = 0; seed < PROGRAMS; seed++) {
    let cpuOf: Cpu | undefined;
    const run = (runner: RunInstruction) => {
      const state = runner(pc, (cpu) => {
        cpuOf = cpu;
        cpu.shutdownReason = undefined;
        prepare(cpu, new Random(seed), cpl);
      });
      const { i32 } = cpuOf!.memory;
      const first = cpuOf!.memory.frameAddress(1) >> 2;
      const frame = [...i32.subarray(first, first + (0xc00 >> 2))];
      return { ...state, frame };
    };
    const one = run(inline);
    expect({ seed, ...one }).toEqual({ seed, ...run(routine) });
    if ((one as Record<string, unknown>).stopped === undefined) entered++;
  }
  return entered;
}

test('INT n does in IR what the routine does', () => {
  expect(compare(USER_CODE, 3)).toBeGreaterThan(PROGRAMS / 4);
});

test('INT n at CPL 0 does in IR what the routine does', () => {
  expect(compare(USER_CODE, 0)).toBeGreaterThan(PROGRAMS / 4);
});

test('SYSENTER does in IR what the routine does', () => {
  expect(compare(USER_CODE + 4, 3)).toBeGreaterThan(PROGRAMS / 4);
});

test('SYSEXIT does in IR what the routine does', () => {
  expect(compare(KERNEL_CODE + 4, 0)).toBeGreaterThan(PROGRAMS / 4);
});

test('IRETD does in IR what the routine does', () => {
  expect(compare(KERNEL_CODE, 0)).toBeGreaterThan(PROGRAMS / 4);
});
