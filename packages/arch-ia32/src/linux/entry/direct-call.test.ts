import { PTE_PRESENT } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { i386 } from '../abi.ts';
import { SYS_CALL_TABLE } from '../layout.ts';
import { KU_CS_EXCEPTION } from '../pt-regs.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';
import { FRAME_CALLS } from './stubs.ts';

const ARGUMENTS = `
  mov ebx, 11
  mov ecx, 12
  mov edx, 13
  mov esi, 14
  mov edi, 15
  mov ebp, 16`;
const KEPT = [11, 12, 13, 14, 15, 16];

function kept(m: EntryMachine): number[] {
  return ['ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp'].map((name) => m.get(name));
}

function call(number: number): string {
  return `${ARGUMENTS}
  mov eax, ${number}
  call __kernel_vsyscall_kml
done:
  jmp done`;
}

describe('the direct call', () => {
  test('gives the result and keeps the registers', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => 1234;
    m.load(call(20));
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: KEPT }]);
    expect([m.get('eax'), m.get('esp'), m.get('cs')]).toEqual([1234, STACK_TOP, 0x60]);
    expect(kept(m)).toEqual(KEPT);
    expect([m.counter('entriesDirect'), m.counter('entriesDirectFull'), m.counter('entriesTrap')]).toEqual([1, 0, 0]);
  });

  test('takes fewer than thirty instructions there and back', () => {
    const m = new EntryMachine(true);
    m.load(call(20));
    m.runTo('kml_fast');
    const before = m.engine.instructions();
    m.runTo('done');
    expect(m.engine.instructions() - before).toBeLessThan(30);
  });

  test('a number out of range gives ENOSYS', () => {
    const m = new EntryMachine(true);
    m.load(call(100_000));
    m.runTo('done');
    expect([m.get('eax') | 0, m.syscalls.length]).toEqual([-38, 0]);
  });

  test('is refused to an ordinary process: kernel text is not its to execute', () => {
    const m = new EntryMachine(false);
    m.load('  mov eax, 20\n  jmp kml\nkml:\n  push 0xc0100000\n  ret');
    m.run();
    expect(m.exceptions).toHaveLength(1);
    expect(m.exceptions[0]).toMatchObject({
      fromUser: true,
      cause: { kind: 'page', address: 0xc0100000, access: 'execute', present: true },
    });
  });

  test.each([2, 11, 72, 110, 119, 120, 173, 179, 186, 190])('number %i goes on through the whole frame', (number) => {
    const m = new EntryMachine(true);
    const frame: Record<string, number> = {};
    m.onSyscall = () => {
      Object.assign(frame, i386.frame.registers(m.kernel, m.frame));
      return 44;
    };
    m.load(call(number));
    m.runTo('done');
    expect(FRAME_CALLS.has(i386.syscallNumbers.get(number)!)).toBe(true);
    expect(frame).toMatchObject({ origEax: number, ebx: 11, ecx: 12, edx: 13, esi: 14, edi: 15, ebp: 16 });
    expect(frame).toMatchObject({ cs: KU_CS_EXCEPTION, esp: STACK_TOP - 4 });
    expect(frame.eip).toBe(m.image.symbols.get('kml_return'));
    expect([m.get('eax'), m.get('esp'), m.counter('entriesDirectFull')]).toEqual([44, STACK_TOP, 1]);
    expect(kept(m)).toEqual(KEPT);
  });

  test('work goes through a whole frame whose EIP follows an int 0x80', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      m.setWork(2);
      return 55;
    };
    const frame: Record<string, number> = {};
    m.onExitWork = () => {
      Object.assign(frame, i386.frame.registers(m.kernel, m.frame));
      m.setWork(0);
    };
    m.load(call(20));
    m.runTo('done');
    expect(frame).toMatchObject({ eax: 55, origEax: 20, ecx: 12, edx: 13, ebp: 16, esp: STACK_TOP - 4 });
    const eip = frame.eip!;
    expect(m.read32(eip - 4) >>> 16).toBe(0x80cd);
    expect([m.get('eax'), m.get('esp'), m.exitWork]).toEqual([55, STACK_TOP, 1]);
    expect(kept(m)).toEqual(KEPT);
  });

  test('a call that is restarted traps with the same arguments and returns to its caller', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 66;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      i386.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(call(3));
    m.runTo('done');
    expect(m.syscalls).toEqual([
      { number: 3, args: KEPT },
      { number: 3, args: KEPT },
    ]);
    expect([m.get('eax'), m.get('esp'), m.counter('entriesTrap')]).toEqual([66, STACK_TOP, 1]);
    expect(kept(m)).toEqual(KEPT);
  });

  test('a replaced entry of sys_call_table is what is called, on every path', () => {
    const m = new EntryMachine(true);
    m.load(`
  mov dword [${SYS_CALL_TABLE} + 80], hook
  mov ebx, 30
  mov ecx, 12
  mov eax, 20
  call __kernel_vsyscall_kml
  mov edi, eax
  mov eax, 20
  int 0x80
done:
  jmp done
hook:
  mov eax, [esp + 4]
  add eax, [esp + 8]
  ret`);
    m.runTo('done');
    expect([m.get('edi'), m.get('eax'), m.syscalls.length]).toEqual([42, 42, 0]);
  });

  test('a signal handler’s return goes to the kernel without a trap', () => {
    const m = new EntryMachine(true);
    let esp = 0;
    m.onSyscall = () => {
      esp = m.frameWord('esp');
      return 0;
    };
    const shortcut = m.image.symbols.get('kml_rt_sigreturn_shortcut')!;
    m.load(`  push ${shortcut}\n  ret`);
    m.runTo('syscall_exit');
    // Skips the exit that starts the program.
    for (let i = 0; i < 200 && m.syscalls.length === 0; i++) m.run(1);
    expect(m.syscalls[0]?.number).toBe(173);
    expect(esp).toBe(STACK_TOP);
    expect([m.counter('entriesTrap'), m.counter('entriesDirect')]).toEqual([0, 0]);
  });

  // The pop faults, and so does the push of that fault's frame: as every double fault, it is a write.
  test('a stack that goes away during the call is the program’s fault, at the program’s privilege', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      m.kernel.mmu.setEntry(m.kernel.mmu.current, (STACK_TOP - 1) >>> 12, 0);
      return 0;
    };
    m.load(call(91));
    m.run();
    expect(m.exceptions[0]).toMatchObject({ fromUser: true, cause: { kind: 'page', access: 'write' } });
    expect(m.kernel.mmu.entry(m.kernel.mmu.current, (STACK_TOP - 1) >>> 12) & PTE_PRESENT).toBe(0);
  });
});
