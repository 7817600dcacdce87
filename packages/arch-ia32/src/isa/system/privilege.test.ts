import { describe, expect, test } from 'vitest';
import { FlatMachine } from '../testing/flat-machine.ts';
import { GP, UD } from '../vectors.ts';

const CODE = 0x1000;

/** Runs one instruction at a privilege level; the trap it raised, if any. */
function runOne(cpl: 0 | 3, bytes: readonly number[], registers: Record<string, number> = {}) {
  const m = new FlatMachine({ cpl });
  m.map(CODE, 0x1000);
  m.map(0x5000, 0x1000);
  m.write(CODE, bytes);
  m.set({ esp: 0x5800, ebx: 0x5000, esi: 0x5000, edi: 0x5000, ...registers });
  m.run(CODE, 1);
  return m;
}

const PRIVILEGED: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['hlt', [0xf4]],
  ['cli', [0xfa]],
  ['sti', [0xfb]],
  ['clts', [0x0f, 0x06]],
  ['invd', [0x0f, 0x08]],
  ['wbinvd', [0x0f, 0x09]],
  ['mov eax, cr0', [0x0f, 0x20, 0xc0]],
  ['mov eax, cr2', [0x0f, 0x20, 0xd0]],
  ['mov eax, cr3', [0x0f, 0x20, 0xd8]],
  ['mov eax, cr4', [0x0f, 0x20, 0xe0]],
  ['mov cr0, eax', [0x0f, 0x22, 0xc0]],
  ['mov cr3, eax', [0x0f, 0x22, 0xd8]],
  ['mov eax, dr7', [0x0f, 0x21, 0xf8]],
  ['mov dr0, eax', [0x0f, 0x23, 0xc0]],
  ['lgdt [ebx]', [0x0f, 0x01, 0x13]],
  ['lidt [ebx]', [0x0f, 0x01, 0x1b]],
  ['lldt ax', [0x0f, 0x00, 0xd0]],
  ['ltr ax', [0x0f, 0x00, 0xd8]],
  ['lmsw ax', [0x0f, 0x01, 0xf0]],
  ['invlpg [ebx]', [0x0f, 0x01, 0x3b]],
  ['rdmsr', [0x0f, 0x32]],
  ['wrmsr', [0x0f, 0x30]],
  ['rdpmc', [0x0f, 0x33]],
  ['sysexit', [0x0f, 0x35]],
  ['in al, 0x60', [0xe4, 0x60]],
  ['in eax, dx', [0xed]],
  ['out 0x60, al', [0xe6, 0x60]],
  ['out dx, eax', [0xef]],
  ['insb', [0x6c]],
  ['outsd', [0x6f]],
];

describe('privileged instructions at CPL 3', () => {
  test.each(PRIVILEGED)('%s is #GP(0)', (_name, bytes) => {
    const m = runOne(3, bytes);
    expect(m.trap).toEqual({ vector: GP, error: 0, pc: CODE, address: 0 });
  });

  test('IOPL 3 allows CLI, STI, IN and OUT, and nothing else', () => {
    for (const bytes of [[0xfa], [0xfb], [0xe4, 0x60], [0xef]]) {
      expect(runOne(3, bytes, { eflags: 0x3002 }).trap).toBeUndefined();
    }
    expect(runOne(3, [0xf4], { eflags: 0x3002 }).trap?.vector).toBe(GP);
  });

  test.each([
    ['smsw eax', [0x0f, 0x01, 0xe0]],
    ['sgdt [ebx]', [0x0f, 0x01, 0x03]],
    ['sidt [ebx]', [0x0f, 0x01, 0x0b]],
    ['sldt eax', [0x0f, 0x00, 0xc0]],
    ['str eax', [0x0f, 0x00, 0xc8]],
    ['pushf', [0x9c]],
    ['popf', [0x9d]],
  ])('%s is not privileged', (_name, bytes) => {
    expect(runOne(3, bytes).trap).toBeUndefined();
  });
});

describe('the same at CPL 0', () => {
  test('reads of an I/O port give all ones in the register part read', () => {
    const m = runOne(0, [0xe4, 0x60], { eax: 0x1234_5600 });
    expect([m.trap, m.get('eax')]).toEqual([undefined, 0x1234_56ff]);
  });

  test('rep insw stores ones and counts down, an element an instruction', () => {
    const m = new FlatMachine({ cpl: 0 });
    m.map(CODE, 0x1000);
    m.map(0x5000, 0x1000);
    m.write(CODE, [0xf3, 0x66, 0x6d]);
    m.set({ ecx: 3, edi: 0x5000 });
    expect(m.run(CODE, 3)).toBe(3);
    expect([m.get('ecx'), m.get('edi'), m.get('pc')]).toEqual([0, 0x5006, CODE + 3]);
    expect([...m.read(0x5000, 8)]).toEqual([255, 255, 255, 255, 255, 255, 0, 0]);
  });

  test('HLT with interrupts off stays where it is; with them on it goes on', () => {
    const off = runOne(0, [0xf4], { eflags: 2 });
    expect(off.get('pc')).toBe(CODE);
    expect(runOne(0, [0xf4], { eflags: 0x202 }).get('pc')).toBe(CODE + 1);
  });

  test('POPF at CPL 0 loads IOPL and IF, at CPL 3 neither', () => {
    for (const [cpl, expected] of [
      [0, 0x3202],
      [3, 0x0002],
    ] as const) {
      const m = new FlatMachine({ cpl });
      m.map(CODE, 0x1000);
      m.map(0x5000, 0x1000);
      m.write(CODE, [0x68, 0x02, 0x32, 0, 0, 0x9d]);
      m.set({ esp: 0x5800, eflags: 2 });
      m.run(CODE, 2);
      expect(m.get('eflags') & 0x3202).toBe(expected);
    }
  });

  test('CR0: PG without PE and NW without CD are #GP(0); leaving protected mode shuts down', () => {
    expect(runOne(0, [0x0f, 0x22, 0xc0], { eax: 0x8000_0000 }).trap?.vector).toBe(GP);
    expect(runOne(0, [0x0f, 0x22, 0xc0], { eax: 0xa000_0011 }).trap?.vector).toBe(GP);
    expect(runOne(0, [0x0f, 0x22, 0xc0], { eax: 0x10 }).cpu.shutdownReason).toMatch(/CR0/);
  });

  test('CR0.TS makes floating point unavailable, CLTS available', () => {
    const m = runOne(0, [0x0f, 0x22, 0xc0, 0x0f, 0x06], { eax: 0x8001_0039 });
    expect(m.cpu.mode & 0x80).toBe(0x80);
    m.run(CODE + 3, 1);
    expect([m.cpu.mode & 0x80, m.get('cr0')]).toEqual([0, 0x8001_0031]);
  });

  test('CR3 takes an address-space id, and nothing else', () => {
    const m = runOne(0, [0x0f, 0x22, 0xd8], { eax: 0x1234_5000 });
    expect(m.cpu.shutdownReason).toMatch(/CR3/);
  });

  test('CR4: bits that the processor does not have are #GP(0); CR1 does not exist', () => {
    expect(runOne(0, [0x0f, 0x22, 0xe0], { eax: 0x10_0000 }).trap?.vector).toBe(GP);
    expect(runOne(0, [0x0f, 0x22, 0xc8]).trap?.vector).toBe(UD);
  });

  test('MSRs: SYSENTER’s are kept, one that does not exist is #GP(0)', () => {
    const m = runOne(0, [0x0f, 0x30, 0x0f, 0x32], { ecx: 0x176, eax: 0xc010_0000, edx: 7 });
    m.set({ eax: 0 });
    m.run(CODE + 2, 1);
    expect([m.get('eax'), m.get('edx'), m.get('sysenterEip')]).toEqual([0xc010_0000, 0, 0xc010_0000]);
    expect(runOne(0, [0x0f, 0x32], { ecx: 0x1234 }).trap?.vector).toBe(GP);
  });

  test('MOV to CS and to segment registers 6 and 7 is #UD', () => {
    for (const modrm of [0xc8, 0xf0, 0xf8]) expect(runOne(0, [0x8e, modrm]).trap?.vector).toBe(UD);
  });
});
