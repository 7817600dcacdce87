import { generic, type SigAction, type SigInfo } from '@kml/kernel';
import { describe, expect, test } from 'vitest';
import { FCSR_FLAG_I, readFcsr, reg, STATUS_FR, writeFcsr } from '../isa/index.ts';
import { readFloat64, writeFloat64 } from './fp-registers.ts';
import { PT, ptReg } from './pt-regs.ts';
import { EntryMachine, STACK_TOP } from './testing/entry-machine.ts';

const HANDLER = 0x0040_0800;
const SP = STACK_TOP - 64;
const ALT = { sp: STACK_TOP - 0x1000, size: 0x800, flags: 0 };
const MASK = generic.sigSet(generic.SIGUSR1, 100);

function info(signo: number): SigInfo {
  return { signo, code: 0, errno: 0, pid: 7, uid: 8, addr: 0, status: 0, value: 0 };
}

function action(flags: number): SigAction {
  return { handler: HANDLER, flags, mask: generic.NO_SIGNALS, restorer: 0 };
}

/** A task that was interrupted with the number of each register in it, floating point registers too. */
function interrupted(order: 'big' | 'little', fr: boolean): EntryMachine {
  const m = new EntryMachine(false, order);
  m.load('  nop');
  if (fr) m.cpu.set(reg('status'), m.cpu.get(reg('status')) | STATUS_FR);
  m.task.altStack = { sp: 0, size: 0, flags: 2 };
  for (let n = 1; n < 32; n++) if (n !== 29) m.write32(m.frame + ptReg(n), n * 0x1010101);
  m.write32(m.frame + PT.hi, 0x1111);
  m.write32(m.frame + PT.lo, 0x2222);
  m.write32(m.frame + PT.epc, 0x0040_0123);
  for (let n = 0; n < 32; n++) writeFloat64(m.cpu, n, n + 1, 0x4000_0000 + n);
  writeFcsr(m.cpu, FCSR_FLAG_I);
  return m;
}

const registers = (m: EntryMachine): Record<string, number> => m.abi.frame.registers(m.kernel, m.frame);

describe.each([
  { order: 'big', rt: false, fr: false },
  { order: 'big', rt: true, fr: true },
  { order: 'little', rt: false, fr: true },
  { order: 'little', rt: true, fr: false },
] as const)('a signal frame, $order-endian, siginfo: $rt, FR: $fr', ({ order, rt, fr }) => {
  test('the handler begins with its arguments; sigreturn puts everything back', () => {
    const m = interrupted(order, fr);
    const before = registers(m);
    const flags = rt ? generic.SA_SIGINFO : 0;
    expect(m.abi.setupSignal(m.kernel, m.task, m.frame, info(generic.SIGBUS), action(flags), MASK)).toBe(true);
    const inside = registers(m);
    // MIPS's own number of SIGBUS.
    expect(inside).toMatchObject({ r4: 10, pc: HANDLER, r25: HANDLER });
    expect(inside.r29! & 7).toBe(0);
    expect(inside.r29).toBeLessThan(SP);
    if (rt) {
      expect([m.read32(inside.r5!), m.read32(inside.r5! + 12)]).toEqual([10, 7]);
      expect(inside.r6).toBe(inside.r29! + 152);
    } else expect([inside.r5, inside.r6]).toEqual([0, inside.r29! + 24]);

    // What the handler does to them does not last.
    for (let n = 1; n < 29; n++) m.write32(m.frame + ptReg(n), 0);
    for (let n = 0; n < 32; n++) writeFloat64(m.cpu, n, 0, 0);
    writeFcsr(m.cpu, 0);
    m.task.sigMask = generic.NO_SIGNALS;
    expect(m.abi.sigreturn(m.kernel, m.task, m.frame, rt)).toBe(true);
    expect({ ...registers(m), cause: 0 }).toEqual({ ...before, cause: 0 });
    expect(m.task.sigMask).toEqual(MASK);
    expect(Array.from({ length: 32 }, (_, n) => readFloat64(m.cpu, n))).toEqual(
      Array.from({ length: 32 }, (_, n) => [n + 1, 0x4000_0000 + n]),
    );
    expect(readFcsr(m.cpu)).toBe(FCSR_FLAG_I);
  });

  test('the context shows pc and registers in 64-bit slots', () => {
    const m = interrupted(order, fr);
    m.abi.setupSignal(m.kernel, m.task, m.frame, info(generic.SIGUSR1), action(rt ? generic.SA_SIGINFO : 0), MASK);
    const at = registers(m).r29! + (rt ? 176 : 24);
    const low = (offset: number): number => m.read32(at + offset + (order === 'big' ? 4 : 0)) >>> 0;
    expect([low(8), low(16 + 8 * 5), low(16 + 8 * 29), low(552)]).toEqual([0x0040_0123, 0x0505_0505, SP, 0x1111]);
    expect(m.read32(at + 540)).toBe(fr ? 3 : 1);
  });
});

describe('the alternate stack', () => {
  test('is used where the action asks for it, from its top', () => {
    const m = interrupted('big', false);
    m.task.altStack = { ...ALT };
    m.abi.setupSignal(m.kernel, m.task, m.frame, info(generic.SIGUSR1), action(generic.SA_ONSTACK), generic.NO_SIGNALS);
    const { r29 } = registers(m);
    expect(r29! >= ALT.sp && r29! < ALT.sp + ALT.size).toBe(true);
  });

  test('one that is in use and has no room is a failure', () => {
    const m = interrupted('big', false);
    m.task.altStack = { ...ALT };
    m.write32(m.frame + ptReg(29), ALT.sp + 300);
    expect(m.abi.setupSignal(m.kernel, m.task, m.frame, info(10), action(generic.SA_ONSTACK), generic.NO_SIGNALS)).toBe(
      false,
    );
  });
});

test('a frame that cannot be read back is refused', () => {
  const m = interrupted('big', false);
  m.write32(m.frame + ptReg(29), 0x1000);
  expect(m.abi.sigreturn(m.kernel, m.task, m.frame, true)).toBe(false);
});

test('privilege is not part of a frame', () => {
  const m = interrupted('little', false);
  m.abi.setupSignal(m.kernel, m.task, m.frame, info(generic.SIGUSR1), action(0), generic.NO_SIGNALS);
  const status = registers(m).status;
  m.write32(registers(m).r29! + 24 + 4, 0);
  m.abi.sigreturn(m.kernel, m.task, m.frame, false);
  expect(registers(m).status).toBe(status);
});
