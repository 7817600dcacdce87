import { ia32 } from '@kml/arch-ia32/isa';
import { FlatMachine as Ia32Machine } from '@kml/arch-ia32/isa/testing';
import type { Cpu } from '@kml/core';
import { expect, test } from 'vitest';
import { difference } from './compare.ts';
import { type RandomCase, type RandomResult, SCRATCH, SCRATCH_BYTES } from './layout.ts';
import type { Random } from './prng.ts';
import { slotFields, wordField } from './state.ts';
import { randomSuite } from './suite.ts';

/** A few IA-32 instructions, to see that the harness runs and that it notices what it should. */
const ROWS = {
  'add eax,ecx': [0x01, 0xc8],
  'xor edx,[ebx]': [0x33, 0x13],
  'mov [esi],edi': [0x89, 0x3e],
  'jz +6': [0x74, 0x06],
  'div ecx': [0xf7, 0xf1],
  'jmp $': [0xeb, 0xfe],
} as const;

/** A machine whose registers are those of a program in user mode. */
const model = new Ia32Machine();
const userState = new Uint8Array(ia32.layout.size);
model.cpu.saveState(userState);

const fields = [
  ...slotFields(ia32.layout, ['eax', 'ecx', 'edx', 'ebx', 'esi', 'edi']),
  wordField('eflags', flagsOf, () => {}),
];

/** The arithmetic flags of a CPU, by way of a machine that can put them together. */
function flagsOf(cpu: Cpu): number {
  const state = new Uint8Array(ia32.layout.size);
  cpu.saveState(state);
  model.cpu.loadState(state);
  return model.get('eflags') & 0x8c5;
}

function makeCase(row: { mnemonic: string }, random: Random): RandomCase {
  const state = Array.from({ length: 6 }, () => random.value());
  if (random.chance(70)) state[3] = SCRATCH + random.below(64);
  if (random.chance(70)) state[4] = SCRATCH + 128 + random.below(64);
  return {
    name: row.mnemonic,
    code: ROWS[row.mnemonic as keyof typeof ROWS],
    state: [...state, 0x202],
    scratch: Uint8Array.from({ length: SCRATCH_BYTES }, () => random.word()),
    // DIV leaves all flags undefined.
    masks: [-1, -1, -1, -1, -1, -1, row.mnemonic === 'div ecx' ? 0 : 0x8c5],
  };
}

randomSuite({
  isa: ia32,
  kernelBase: 0xc0000000,
  enterUser: (cpu) => cpu.loadState(userState),
  fields,
  // INT3 would leave pc behind it.
  stop: [0x0f, 0x0b],
  signalOf: ({ access, vector }) => ({ signal: access ? 'segv' : vector === 0 ? 'fpe' : 'ill' }),
  oracles: [
    {
      name: 'QEMU',
      driver: new URL('self/driver.c', import.meta.url),
      compile: ['i686-linux-gnu-gcc', '-fno-pie', '-no-pie'],
      run: ['qemu-i386-static'],
    },
  ],
  rows: Object.keys(ROWS).map((mnemonic) => ({ mnemonic, manual: '', encoding: '' })),
  skip: () => undefined,
  makeCase,
  // Not more, for the endless loop takes the oracle two seconds.
  casesPerRow: 1,
  sequences: 301,
  makeSequence: (random) => makeCase({ mnemonic: random.pick(Object.keys(ROWS).slice(0, -1)) }, random),
  minimum: 300,
});

test('whatever differs in two results is a complaint', () => {
  const one: RandomCase = { name: '', code: [], state: [1, 2, 3, 4, 5, 6, 7], scratch: new Uint8Array(4) };
  const result = (): RandomResult => ({
    signal: 'segv',
    pc: 4,
    address: 8,
    state: [...one.state],
    scratch: new Uint8Array(4),
  });
  const complaint = (change: Partial<RandomResult>, about: Partial<RandomCase> = {}): string | undefined =>
    difference(fields, { ...one, ...about }, result(), { ...result(), ...change });
  expect(complaint({})).toBeUndefined();
  expect(complaint({ signal: 'ill' })).toBe('ends with ill not segv');
  expect(complaint({ pc: 5 })).toBe('pc 5 not 4');
  expect(complaint({ address: 9 })).toBe('address 9 not 8');
  expect(complaint({ state: [1, 2, 3, 0x1004, 5, 6, 7] })).toBe('ebx 1004 not 4');
  expect(complaint({ state: [1, 2, 3, 0x1004, 5, 6, 7] }, { masks: [-1, -1, -1, 7, -1, -1, -1] })).toBeUndefined();
  expect(complaint({ scratch: Uint8Array.from([0, 0, 1, 0]) })).toBe('byte 20101002 1 not 0');
  expect(complaint({ pc: 5 }, { adjust: (expected, actual) => (actual.pc = expected.pc) })).toBeUndefined();
});
