import { ALL_OPTIMISATIONS, BlockBuilder, verify } from '@kml/core';
import { expect, test } from 'vitest';
import { ia32 } from '../backend.ts';
import { MODE_SEGMENTED } from '../state.ts';
import { rows } from '../tables/index.ts';

const PC = 0x1000;
const { costs } = ia32.cpuModels[0]!;

/** Small seeded generator (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Lifts one instruction as a block and verifies it; its length. */
function liftOne(bytes: ArrayLike<number>, mode: number): number {
  const builder = new BlockBuilder(PC, mode);
  const code = { byte: (address: number) => bytes[address - PC] ?? -1 };
  const result = ia32.lift({ code, builder, mode, kernelText: false, costs, optimisations: ALL_OPTIMISATIONS }, PC);
  if (result.kind === 'fetch') {
    expect(builder.instructionCount).toBe(0);
    return result.address - PC;
  }
  if (!builder.terminal) builder.endWith({ kind: 'jump', target: PC + result.length });
  verify(builder.finish(PC + result.length), ia32.layout);
  return result.length;
}

test('random bytes under random modes lift to valid blocks of at most 15 bytes, and never throw', () => {
  const random = generator(7);
  for (let n = 0; n < 30_000; n++) {
    const bytes = Uint8Array.from({ length: 16 }, () => random());
    // Half begin with a two-byte opcode.
    if (n & 1) bytes[0] = 0x0f;
    const mode = random() & 0x7ff;
    const length = liftOne(bytes, mode);
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThanOrEqual(15);
  }
});

test('every one-byte and two-byte opcode with every ModRM byte lifts, flat and segmented', () => {
  for (const mode of [0x0f, 0x0f | MODE_SEGMENTED]) {
    for (let opcode = 0; opcode < 512; opcode++) {
      for (let modrm = 0; modrm < 256; modrm++) {
        const tail = [modrm, 0x45, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
        liftOne(opcode < 256 ? [opcode, ...tail] : [0x0f, opcode & 255, ...tail], mode);
      }
    }
  }
});

test('truncated instructions report the first byte that is missing', () => {
  const whole = [0x81, 0x84, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8];
  for (let length = 0; length < whole.length; length++) {
    expect(liftOne(whole.slice(0, length), 0x0f)).toBe(length);
  }
});

test('the tables have the whole user instruction set of an i686', () => {
  const have = new Set(rows.flatMap(({ mnemonic }) => mnemonic.split('|')));
  const wanted =
    'aaa aad aam aas adc add and arpl bound bsf bsr bswap bt btc btr bts call cbw cdq clc cld cli clts cmc cmp cmps ' +
    'cmpxchg cmpxchg8b cpuid cwd cwde daa das dec div enter hlt idiv imul in inc ins int int3 into invd invlpg iret ' +
    'iretw jecxz jmp lahf lar lds lea leave les lfs lgs lldt lmsw lods loop loope loopne lsl lss ltr mov movs movsx ' +
    'movzx mul neg nop not or out outs pop popa popf push pusha pushf rcl rcr rdmsr rdpmc rdtsc ret retf rol ror sahf ' +
    'sar sbb scas shl shld shr shrd sldt smsw stc std sti stos str sub sysenter sysexit test ud2 verr verw wbinvd ' +
    'wrmsr xadd xchg xlat xor';
  expect(wanted.split(' ').filter((name) => !have.has(name))).toEqual([]);
});
