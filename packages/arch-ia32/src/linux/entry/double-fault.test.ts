import { PTE_USER, PTE_WRITE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { i386 } from '../abi.ts';
import { KU_CS_EXCEPTION } from '../pt-regs.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

/** A stack pointer whose page, and the one below, are absent. */
const STARVED = STACK_TOP - 0x4000;

/** Maps the page of a starved stack, as demand paging would. */
function feed(m: EntryMachine): void {
  m.onException = ({ cause }) => {
    if (cause.kind === 'page') m.map(cause.address & ~0xfff, 0x1000, PTE_USER | PTE_WRITE);
  };
}

describe('stack starvation', () => {
  test('int 0x80 with an absent stack becomes a write fault at the stack, and is executed once', () => {
    const m = new EntryMachine(true);
    feed(m);
    m.onSyscall = () => 17;
    m.load(`
  mov esi, 3
  mov esp, ${STARVED}
  mov eax, 20
at:
  int 0x80
done:
  jmp done`);
    m.runTo('done');
    expect(m.exceptions).toEqual([
      {
        frame: m.frame,
        fromUser: true,
        cause: { kind: 'page', address: STARVED - 4, access: 'write', present: false },
      },
    ]);
    expect(m.syscalls.map(({ number }) => number)).toEqual([20]);
    expect([m.get('eax'), m.get('esi'), m.get('esp'), m.get('cs')]).toEqual([17, 3, STARVED, 0x60]);
  });

  test('the frame is what an ordinary page fault would have left', () => {
    const m = new EntryMachine(true);
    const frame: Record<string, number> = {};
    m.onException = ({ cause }) => {
      Object.assign(frame, i386.frame.registers(m.kernel, m.frame));
      if (cause.kind === 'page') m.map(cause.address & ~0xfff, 0x1000, PTE_USER | PTE_WRITE);
    };
    m.load(`
  mov esp, ${STARVED}
  mov eax, 20
  mov ebp, 9
at:
  int 0x80
done:
  jmp done`);
    m.runTo('done');
    expect(frame).toMatchObject({ eax: 20, ebp: 9, esp: STARVED, eip: m.labels.get('at')!, cs: KU_CS_EXCEPTION });
    expect(frame).toMatchObject({ origEax: 0xffff_ffff, ds: 0x7b, ss: 0x68 });
    expect(frame.eflags! & 0x200).toBe(0x200);
  });

  test('an interrupt that met an absent stack is taken when the stack is there', () => {
    const m = new EntryMachine(true);
    feed(m);
    m.load(`  mov esp, ${STARVED}\nloop:\n  jmp loop`);
    m.runTo('loop');
    m.engine.setInterrupt(0, true);
    m.run(400);
    expect(m.exceptions.map(({ cause }) => cause.kind)).toEqual(['page']);
    expect(m.interrupts.map(({ line }) => line)).toEqual([0]);
    m.runTo('loop');
    expect(m.get('esp')).toBe(STARVED);
  });

  test('it works again and again, and floating point stays usable', () => {
    const m = new EntryMachine(true);
    feed(m);
    m.load(`
  mov esp, ${STARVED}
  mov eax, 20
  int 0x80
  sub esp, 0x1000
  mov eax, 21
  int 0x80
done:
  jmp done`);
    m.runTo('done');
    expect(m.exceptions).toHaveLength(2);
    expect(m.syscalls.map(({ number }) => number)).toEqual([20, 21]);
    // CR0.TS, which task switches set, is clear again.
    expect(m.get('cr0') & 8).toBe(0);
    expect(m.get('eflags') & 0x4000).toBe(0);
  });

  test('a page fault with an absent stack first gets the stack, then comes again', () => {
    const m = new EntryMachine(true);
    feed(m);
    const absent = 0x0a00_0000;
    m.load(`  mov esp, ${STARVED}\n  mov eax, [${absent}]\ndone:\n  jmp done`);
    m.runTo('done');
    expect(m.exceptions.map(({ cause }) => (cause.kind === 'page' ? cause.address : -1))).toEqual([
      STARVED - 4,
      absent,
    ]);
  });
});

describe('other double faults', () => {
  test('one on a kernel stack is reported from the kernel, with the state it had', () => {
    const m = new EntryMachine(true);
    m.load('  mov esp, 0xd0000000\n  mov eax, 20\nat:\n  int 0x80');
    m.run();
    expect(m.exceptions[0]).toMatchObject({ fromUser: false, cause: { name: 'double fault' } });
    expect(i386.frame.pc(m.kernel, m.exceptions[0]!.frame) >>> 0).toBe(m.labels.get('at')!);
    expect(i386.frame.sp(m.kernel, m.exceptions[0]!.frame) >>> 0).toBe(0xd0000000);
  });

  test('a broken IDT shuts the CPU down', () => {
    const m = new EntryMachine(true);
    m.load('  mov eax, 0\nat:\n  int 0x80');
    m.runTo('at');
    m.set('idtrLimit', 0);
    expect(m.run()).toBe('shutdown');
    expect(m.cpu.shutdownReason).toMatch(/triple fault/);
  });
});
