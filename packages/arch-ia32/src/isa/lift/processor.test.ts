import { ALL_OPTIMISATIONS, BlockBuilder } from '@kml/core';
import { expect, test } from 'vitest';
import { ia32 } from '../backend.ts';
import { CPUID_FEATURES } from '../cpuid.ts';
import { MODE_CODE32, MODE_STACK32 } from '../state.ts';
import { FlatMachine } from '../testing/flat-machine.ts';
import { GP, UD } from '../vectors.ts';

const CODE = 0x08048000;

function machine(): FlatMachine {
  const m = new FlatMachine();
  m.map(CODE, 0x1000);
  return m;
}

function run(m: FlatMachine, hex: string, count = 1): number {
  m.write(CODE, Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16))));
  return m.run(CODE, count);
}

test('CPUID says which vendor, family and features', () => {
  const m = machine();
  m.set({ eax: 0 });
  run(m, '0f a2');
  const words = ['ebx', 'edx', 'ecx'].map((name) => m.get(name));
  expect(Buffer.from(Uint32Array.from(words).buffer).toString()).toBe('GenuineIntel');
  m.set({ eax: 1 });
  run(m, '0f a2');
  expect(m.get('edx')).toBe(CPUID_FEATURES);
  expect((m.get('eax') >> 8) & 15).toBe(15);
  // No SSE3 and nothing later is promised.
  expect(m.get('ecx')).toBe(0);
});

test('RDTSC reads the cycles of the instructions before it', () => {
  const m = machine();
  // rdtsc; mov ebx,eax; nop; rdtsc
  run(m, '0f 31 89 c3 90 0f 31', 4);
  const { costs } = ia32.cpuModels[0]!;
  expect(m.get('eax') - m.get('ebx')).toBe(costs.timeStamp! + costs.move! + costs.alu!);
});

test('RDTSC is #GP(0) for programs where CR4.TSD is set', () => {
  const m = machine();
  m.set({ cr4: 4 });
  run(m, '0f 31');
  expect(m.trap).toMatchObject({ vector: GP, error: 0 });
});

/** Terminal of the kernel call `0F 04 34 12` lifted there. */
function liftKernelCall(kernelText: boolean, cpl: number) {
  const bytes = [0x0f, 0x04, 0x34, 0x12];
  const builder = new BlockBuilder(CODE, 0);
  const mode = MODE_CODE32 | MODE_STACK32 | cpl;
  const code = { byte: (address: number) => bytes[address - CODE] ?? -1 };
  ia32.lift({ code, builder, mode, kernelText, costs: {}, optimisations: ALL_OPTIMISATIONS }, CODE);
  return builder.terminal;
}

test('the kernel call holds in kernel text at CPL 0 alone', () => {
  expect(liftKernelCall(true, 0)).toEqual({ kind: 'kernelCall', number: 0x1234, next: CODE + 4 });
  expect(liftKernelCall(false, 0)).toMatchObject({ kind: 'trap', vector: UD, completes: false });
  expect(liftKernelCall(true, 3)).toMatchObject({ kind: 'trap', vector: UD });
});
