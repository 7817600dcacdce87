import { NO_SIGNALS, type SigAction, type SigInfo, setOfWords } from '@kml/kernel';
import { describe, expect, test } from 'vitest';
import { armEabi } from './abi.ts';
import { returnWords } from './sigpage.ts';
import { EntryMachine, SIGPAGE, STACK_TOP } from './testing/entry-machine.ts';

describe('the signal page', () => {
  test('holds the sequences that debuggers know', () => {
    expect(returnWords(false, false)).toEqual([0xe3a07077, 0xef900077]);
    expect(returnWords(false, true)).toEqual([0xe3a070ad, 0xef9000ad]);
    expect(returnWords(true, false)[0]).toBe(0xdf002777);
    expect(returnWords(true, true)[0]).toBe(0xdf0027ad);
  });
});

const INFO = { signo: 10, code: 0, errno: 0, pid: 3, uid: 0, addr: 0, status: 0, value: 0 } as SigInfo;
const action = (handler: number, flags: number, restorer = 0): SigAction => ({
  handler,
  flags,
  mask: NO_SIGNALS,
  restorer,
});

/** A machine whose task stands in a loop, with registers to recognise. */
function machine(kernelMode = false): EntryMachine {
  const m = new EntryMachine(kernelMode);
  m.load('  mov r0, #10\n  mov r4, #14\n  mov r7, #20\n  svc #0\nhere:\n  b here');
  m.runTo('syscall_result');
  Object.assign(m.task, { altStack: { sp: 0, size: 0, flags: 0 }, sigMask: NO_SIGNALS });
  return m;
}

describe('signal frames', () => {
  test('a handler without siginfo returns through the signal page', () => {
    const m = machine();
    const before = armEabi.frame.registers(m.kernel, m.frame);
    expect(armEabi.setupSignal(m.kernel, m.task, m.frame, INFO, action(0x8000, 0), setOfWords(5))).toBe(true);
    const at = STACK_TOP - 760;
    const now = armEabi.frame.registers(m.kernel, m.frame);
    expect(now).toMatchObject({ r0: 10, sp: at, pc: 0x8000, lr: SIGPAGE, r4: 14, cpsr: before.cpsr! });
    expect(m.read32(at)).toBe(0x5ac3c35a);
    expect([m.read32(at + 20 + 8), m.read32(at + 104)]).toEqual([5, 5]);
    expect([m.read32(at + 20 + 12 + 16), m.read32(at + 20 + 12 + 60)]).toEqual([14, before.pc]);
    expect([m.read32(at + 232), m.read32(at + 236)]).toEqual([0x56465001, 288]);
    expect([m.read32(at + 744), m.read32(at + 748)]).toEqual([0xe3a07077, 0xef900077]);
  });

  test('a handler in T32 with siginfo: r1 and r2, CPSR.T, IT cleared, SA_RESTORER', () => {
    const m = machine();
    m.write32(m.frame + 64, 0x0600_fc10);
    const flags = 0x4 | 0x0400_0000;
    expect(armEabi.setupSignal(m.kernel, m.task, m.frame, INFO, action(0x8001, flags, 0x9001), NO_SIGNALS)).toBe(true);
    const at = STACK_TOP - 888;
    expect(armEabi.frame.registers(m.kernel, m.frame)).toMatchObject({
      ...{ r1: at, r2: at + 128, lr: 0x9001, pc: 0x8000, cpsr: 0x30, sp: at },
    });
    expect(armEabi.frame.pc(m.kernel, m.frame)).toBe(0x8001);
    expect([m.read32(at), m.read32(at + 128 + 20 + 12 + 64)]).toEqual([10, 0x0600_fc10]);
  });

  test.each([false, true])('sigreturn undoes it, in kernel mode: %s', (kernelMode) => {
    const m = machine(kernelMode);
    const before = armEabi.frame.registers(m.kernel, m.frame);
    armEabi.setupSignal(m.kernel, m.task, m.frame, INFO, action(0x8001, 4), setOfWords(0x10));
    m.write32(m.frame + 16, 99);
    expect(armEabi.sigreturn(m.kernel, m.task, m.frame, true)).toBe(true);
    expect(armEabi.frame.registers(m.kernel, m.frame)).toEqual({ ...before });
    expect(m.task.sigMask).toEqual(setOfWords(0x10));
    expect(armEabi.frame.syscall(m.kernel, m.frame)).toBe(-1);
  });

  test('a frame that asks for another mode, or masks interrupts, is refused', () => {
    for (const cpsr of [0x1f, 0x13, 0x90]) {
      const m = machine();
      armEabi.setupSignal(m.kernel, m.task, m.frame, INFO, action(0x8000, 0), NO_SIGNALS);
      m.write32(STACK_TOP - 760 + 20 + 12 + 64, cpsr);
      expect(armEabi.sigreturn(m.kernel, m.task, m.frame, false)).toBe(false);
    }
  });
});
