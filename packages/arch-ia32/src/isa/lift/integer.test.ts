import { describe, expect, test } from 'vitest';
import { FlatMachine } from '../testing/flat-machine.ts';
import { BR, DE, GP, PF, SOFTWARE, UD } from '../vectors.ts';

const CODE = 0x08048000;
const DATA = 0x10000000;

function machine(): FlatMachine {
  const m = new FlatMachine();
  m.map(CODE, 0x2000);
  m.map(DATA, 0x2000);
  m.set({ esp: DATA + 0x1000 });
  return m;
}

/** Runs `count` instructions given in hex. */
function run(m: FlatMachine, hex: string, count = 1): number {
  m.write(CODE, Uint8Array.from(hex.split(' ').map((byte) => Number.parseInt(byte, 16))));
  return m.run(CODE, count);
}

const CF = 1;
const PARITY = 4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;
const ARITHMETIC = CF | PARITY | AF | ZF | SF | OF;

describe('arithmetic', () => {
  test('ADD sets all six flags from the byte result', () => {
    const m = machine();
    m.set({ eax: 0x11223380, ebx: 0x80 });
    run(m, '00 d8');
    expect(m.get('eax')).toBe(0x11223300);
    expect(m.get('eflags') & ARITHMETIC).toBe(CF | PARITY | ZF | OF);
  });

  test('ADC with carry in and all ones carries out', () => {
    const m = machine();
    m.set({ eax: 0xffffffff, ebx: 0xffffffff, eflags: CF });
    run(m, '11 d8');
    expect(m.get('eax')).toBe(0xffffffff);
    expect(m.get('eflags') & ARITHMETIC).toBe(CF | PARITY | AF | SF);
  });

  test('AH and BH are the second bytes', () => {
    const m = machine();
    m.set({ eax: 0x1234, ebx: 0x5678 });
    run(m, '00 fc');
    expect(m.get('eax')).toBe(0x6834);
  });

  test('SUB of a memory operand by 1 with a compare and branch on the operands', () => {
    const m = machine();
    m.write(DATA, [5, 0, 0, 0]);
    // cmp dword [DATA],6; jl +2; ud2
    run(m, '83 3d 00 00 00 10 06 7c 02 0f 0b 40', 3);
    expect(m.trap).toBeUndefined();
    expect(m.get('eax')).toBe(1);
  });

  test('DIV raises #DE for 0 and for a quotient that does not fit, and changes nothing', () => {
    const m = machine();
    m.set({ eax: 5, edx: 7, ebx: 7 });
    run(m, 'f7 f3');
    expect(m.trap).toMatchObject({ vector: DE, pc: CODE });
    expect(m.get('eax')).toBe(5);
    m.set({ ebx: 0 });
    run(m, 'f7 f3');
    expect(m.trap?.vector).toBe(DE);
  });

  test('IDIV of the lowest 64-bit number by -1 is #DE', () => {
    const m = machine();
    m.set({ eax: 0, edx: 0x80000000, ebx: 0xffffffff });
    run(m, 'f7 fb');
    expect(m.trap?.vector).toBe(DE);
  });
});

describe('division of an extended word', () => {
  test('CDQ and IDIV: #DE for the lowest number by -1, else as signed words', () => {
    const m = machine();
    m.set({ eax: -7, ebx: 2 });
    run(m, '99 f7 fb', 2);
    expect([m.get('eax'), m.get('edx')]).toEqual([0xfffffffd, 0xffffffff]);
    m.set({ eax: 0x80000000, ebx: 0xffffffff });
    run(m, '99 f7 fb', 2);
    expect(m.trap).toMatchObject({ vector: DE, pc: CODE + 1 });
  });

  test('a changed EDX between CDQ and IDIV counts', () => {
    const m = machine();
    m.set({ eax: 6, ebx: 0x10000000 });
    // cdq; mov edx,1; idiv ebx
    run(m, '99 ba 01 00 00 00 f7 fb', 3);
    expect([m.get('eax'), m.get('edx')]).toEqual([16, 6]);
  });

  test('XOR EDX,EDX and DIV', () => {
    const m = machine();
    m.set({ eax: 0xfffffff9, ebx: 10, edx: 5 });
    run(m, '31 d2 f7 f3', 2);
    expect([m.get('eax'), m.get('edx')]).toEqual([429496728, 9]);
    m.set({ ebx: 0 });
    run(m, '31 d2 f7 f3', 2);
    expect(m.trap?.vector).toBe(DE);
  });
});

describe('conditions after compares, taken from the operands or the flags', () => {
  const signed = (value: number) => (value << 24) >> 24;
  const CONDITIONS: ((a: number, b: number) => boolean)[] = [
    (a, b) => signed(a) - signed(b) !== signed(a - b),
    (a, b) => a < b,
    (a, b) => a === b,
    (a, b) => a <= b,
    (a, b) => signed(a - b) < 0,
    (a, b) => [...((a - b) & 255).toString(2)].filter((digit) => digit === '1').length % 2 === 0,
    (a, b) => signed(a) < signed(b),
    (a, b) => signed(a) <= signed(b),
  ];

  test.each([
    ['in the block of the CMP', false],
    ['in a block of its own', true],
  ])('SETcc %s', (_name, apart) => {
    const m = machine();
    const edges = [0, 1, 0x7f, 0x80, 0x81, 0xff];
    for (let code = 0; code < 16; code++) {
      // cmp bl,cl; [jmp +0]; setcc al
      const set = `0f ${(0x90 + code).toString(16)} c0`;
      m.write(
        CODE,
        Uint8Array.from(`38 cb ${apart ? 'eb 00 ' : ''}${set}`.split(' ').map((h) => Number.parseInt(h, 16))),
      );
      for (const a of edges) {
        for (const b of edges) {
          m.set({ ebx: 0xaaaaaa00 | a, ecx: 0x55555500 | b, eax: 0 });
          m.run(CODE, apart ? 3 : 2);
          expect([code, a, b, m.get('eax')]).toEqual([
            code,
            a,
            b,
            Number(CONDITIONS[code >> 1]!(a, b) !== (code % 2 === 1)),
          ]);
        }
      }
    }
  });
});

describe('single steps', () => {
  test('under TF each instruction ends in #DB behind it, wherever it went', () => {
    const m = machine();
    m.set({ eflags: 0x302 });
    // There are no gates to deliver #DB through: the CPU shuts down with pc behind the instruction.
    run(m, '40 eb 05', 100);
    expect(m.cpu.shutdownReason).toMatch(/triple fault/);
    expect(m.get('pc')).toBe(CODE + 1);
    expect(m.get('eax')).toBe(1);
    m.run(CODE + 1, 100);
    expect(m.get('pc')).toBe(CODE + 8);
  });
});

describe('precise faults', () => {
  test('POP to an unmapped address leaves ESP', () => {
    const m = machine();
    run(m, '8f 05 00 00 00 20');
    expect(m.trap).toMatchObject({ vector: PF, error: 2, address: 0x20000000 });
    expect(m.get('esp')).toBe(DATA + 0x1000);
  });

  test('a read-modify-write of a read-only page faults as a write', () => {
    const m = machine();
    m.map(0x30000000, 0x1000, 4);
    run(m, '01 05 00 00 00 30');
    expect(m.trap).toMatchObject({ vector: PF, error: 3 });
  });

  test('REP MOVSB stops at the faulting byte with the counts of what was done', () => {
    const m = machine();
    m.set({ esi: DATA, edi: DATA + 0x2000 - 3, ecx: 10 });
    const executed = run(m, 'f3 a4', 100);
    expect(executed).toBe(3);
    expect(m.trap).toMatchObject({ vector: PF, address: DATA + 0x2000, pc: CODE });
    expect(m.get('ecx')).toBe(7);
    expect(m.get('esi')).toBe(DATA + 3);
  });
});

describe('strings', () => {
  test('REP STOSD counts an instruction an iteration and nothing for a count of 0', () => {
    const m = machine();
    m.set({ eax: 0x01020304, edi: DATA, ecx: 3 });
    expect(run(m, 'f3 ab 90 0f 0b', 100)).toBe(4);
    expect(m.read32(DATA + 8)).toBe(0x01020304);
    m.set({ ecx: 0, edi: 0x40000000 });
    expect(run(m, 'f3 ab 90 0f 0b', 100)).toBe(1);
    expect(m.trap?.vector).toBe(UD);
    expect(m.get('edi')).toBe(0x40000000);
  });

  test('REPNE SCASB finds the terminator, backwards with DF', () => {
    const m = machine();
    m.write(DATA, [0, 1, 2, 3]);
    m.set({ eax: 0, edi: DATA + 3, ecx: 100, eflags: 0x400 });
    run(m, 'f2 ae', 4);
    expect(m.get('ecx')).toBe(96);
    expect(m.get('edi')).toBe(DATA - 1);
    expect(m.get('eflags') & ZF).toBe(ZF);
  });

  test('16-bit address size wraps SI and DI and leaves their upper halves', () => {
    const m = machine();
    m.map(0xf000, 0x1000);
    m.map(0, 0x1000);
    m.write(0xffff, [0x5a]);
    m.set({ esi: 0x7777ffff, edi: 0x88880010, ecx: 0x99990001 });
    run(m, '67 f3 a4');
    expect(m.read(0x10, 1)[0]).toBe(0x5a);
    expect([m.get('esi'), m.get('edi'), m.get('ecx')]).toEqual([0x77770000, 0x88880011, 0x99990000]);
  });
});

describe('bits and shifts', () => {
  test('BTS with a register reaches beyond the word, downwards too', () => {
    const m = machine();
    m.set({ ebx: 0xffffffff, ecx: DATA + 4 });
    run(m, '0f ab 19');
    expect(m.read32(DATA)).toBe(0x80000000);
    expect(m.get('eflags') & CF).toBe(0);
  });

  test('a shift count of 0 modulo 32 leaves flags and operand', () => {
    const m = machine();
    m.set({ eax: 0x80000001, ecx: 0x20, eflags: ARITHMETIC });
    run(m, 'd3 e0');
    expect(m.get('eax')).toBe(0x80000001);
    expect(m.get('eflags') & ARITHMETIC).toBe(ARITHMETIC);
  });

  test('BSF of 0 sets ZF and leaves the destination', () => {
    const m = machine();
    m.set({ eax: 77, ebx: 0 });
    run(m, '0f bc c3');
    expect(m.get('eax')).toBe(77);
    expect(m.get('eflags') & ZF).toBe(ZF);
  });
});

describe('stack and control', () => {
  test('PUSH ESP stores the old value, POP ESP keeps the popped one', () => {
    const m = machine();
    run(m, '54 5c', 2);
    expect(m.get('esp')).toBe(DATA + 0x1000);
    expect(m.read32(DATA + 0xffc)).toBe(DATA + 0x1000);
  });

  test('POP [ESP] computes its address after the increment', () => {
    const m = machine();
    m.write(DATA + 0x1000, [0x44, 0x33, 0x22, 0x11]);
    run(m, '8f 04 24');
    expect(m.read32(DATA + 0x1004)).toBe(0x11223344);
  });

  test('CALL and RET imm16 go there and back and release arguments', () => {
    const m = machine();
    // call +3; inc eax; ud2 ; ret 8
    expect(run(m, 'e8 03 00 00 00 40 0f 0b c2 08 00', 3)).toBe(3);
    expect(m.get('eax')).toBe(1);
    expect(m.get('esp')).toBe(DATA + 0x1008);
  });

  test('INT n is a software trap that completes; BOUND and INTO are faults of their own', () => {
    const m = machine();
    expect(run(m, 'cd 80')).toBe(1);
    expect(m.trap?.vector).toBe(SOFTWARE | 0x80);
    m.set({ eflags: OF });
    run(m, 'ce');
    expect(m.trap?.vector).toBe(SOFTWARE | 4);
    m.write(DATA, [0, 0, 0, 0, 9, 0, 0, 0]);
    m.set({ eax: 10 });
    run(m, '62 05 00 00 00 10');
    expect(m.trap?.vector).toBe(BR);
  });

  test('ENTER with nested levels copies the display', () => {
    const m = machine();
    m.set({ ebp: DATA + 0x800 });
    m.write(DATA + 0x7fc, [0x11, 0x11, 0x11, 0x11]);
    run(m, 'c8 10 00 02');
    expect(m.get('ebp')).toBe(DATA + 0xffc);
    expect(m.get('esp')).toBe(DATA + 0x1000 - 4 - 8 - 16);
    expect(m.read32(DATA + 0xffc)).toBe(DATA + 0x800);
    expect(m.read32(DATA + 0xff8)).toBe(0x11111111);
    expect(m.read32(DATA + 0xff4)).toBe(DATA + 0xffc);
  });
});

describe('what is no instruction', () => {
  test.each([
    ['LOCK on a register destination', 'f0 01 d8'],
    ['LOCK on an instruction without it', 'f0 8b 03'],
    ['UD2', '0f 0b'],
    ['an undefined opcode', '0f 38 00'],
    ['the kernel call outside kernel text', '0f 04 00 10'],
    ['LEA of a register', '8d c0'],
    ['CMPXCHG8B of a register', '0f c7 c8'],
  ])('%s is #UD', (_name, hex) => {
    const m = machine();
    expect(run(m, hex)).toBe(0);
    expect(m.trap).toMatchObject({ vector: UD, pc: CODE });
  });

  test('more than 15 bytes are #GP(0)', () => {
    const m = machine();
    run(m, `${'66 '.repeat(15)}90`);
    expect(m.trap).toMatchObject({ vector: GP, error: 0 });
    run(m, `${'66 '.repeat(14)}90`);
    expect(m.trap).toBeUndefined();
  });

  test('an instruction that runs into an unmapped page faults there', () => {
    const m = machine();
    m.write(CODE + 0x1ffe, [0x81, 0xc0]);
    m.run(CODE + 0x1ffe, 1);
    expect(m.trap).toMatchObject({ vector: PF, address: CODE + 0x2000, pc: CODE + 0x1ffe });
  });
});
