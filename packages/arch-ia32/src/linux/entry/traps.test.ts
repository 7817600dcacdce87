import { PTE_USER, PTE_WRITE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { i386 } from '../abi.ts';
import { KU_CS_EXCEPTION, KU_CS_INTERRUPT } from '../pt-regs.ts';
import { EntryMachine, STACK_TOP, TEXT } from '../testing/entry-machine.ts';

const BOTH = [
  { mode: 'an ordinary process', kernelMode: false },
  { mode: 'a kernel-mode user process', kernelMode: true },
];
const ABSENT = 0x0a00_0000;

describe.each(BOTH)('exceptions of $mode', ({ kernelMode }) => {
  test('a page fault is repaired and the instruction executed again', () => {
    const m = new EntryMachine(kernelMode);
    m.onException = () => m.map(ABSENT, 0x1000, PTE_USER | PTE_WRITE);
    m.load(`
  mov eax, 7
  cmp eax, 7
at:
  mov [${ABSENT} + 8], eax
done:
  jmp done`);
    m.runTo('done');
    expect(m.exceptions).toHaveLength(1);
    expect(m.exceptions[0]).toEqual({
      frame: m.frame,
      fromUser: true,
      cause: { kind: 'page', address: ABSENT + 8, access: 'write', present: false },
    });
    expect([m.read32(ABSENT + 8), m.get('eax'), m.get('eflags') & 0x40]).toEqual([7, 7, 0x40]);
    expect(m.counter('entriesFault')).toBe(1);
    expect(m.task.arch).toMatchObject({ trapNumber: 14, errorCode: 6, faultAddress: ABSENT + 8 });
  });

  test('the frame shows the faulting instruction, and no system call', () => {
    const m = new EntryMachine(kernelMode);
    m.load(`  mov ecx, 5\nat:\n  mov eax, [${ABSENT}]`);
    m.run();
    expect(i386.frame.registers(m.kernel, m.frame)).toMatchObject({
      eip: m.labels.get('at')!,
      ecx: 5,
      origEax: 0xffff_ffff,
      esp: STACK_TOP,
      cs: kernelMode ? KU_CS_EXCEPTION : 0x73,
    });
  });

  test.each([
    ['ud2', 4, 2, 'invalid opcode'],
    ['kernelcall 20', 4, 2, 'invalid opcode'],
    ['mov ecx, 0x33\n  mov gs, ecx', 11, 0x80, 'general protection fault'],
    ['int 3', 5, 0x80, 'int3'],
    ['int 4', 11, 0x80, 'overflow'],
  ])('%s', (code, signo, si, name) => {
    const m = new EntryMachine(kernelMode);
    m.load(`  ${code}`);
    m.run();
    expect(m.exceptions[0]).toMatchObject({ fromUser: true, cause: { kind: 'signal', signo, code: si, name } });
  });

  test('a trap flag steps through the program only', () => {
    const m = new EntryMachine(kernelMode);
    const at: number[] = [];
    m.onException = ({ frame }) => {
      at.push(m.frameWord('eip', frame));
    };
    m.load(`
  pushf
  or dword [esp], FLAG_TF
  popf
  nop
one:
  mov eax, 20
two:
  int 0x80
three:
  nop
done:
  jmp done`);
    m.runTo('done', 400);
    const labels = ['one', 'two', 'three', 'done'].map((label) => m.labels.get(label)!);
    // INT clears TF before the step trap of the instruction itself: the trap comes behind the next one.
    expect(at).toEqual([labels[0], labels[1], labels[3]]);
  });
});

describe('privilege', () => {
  test.each(['hlt', 'cli', 'sti', 'clts'])('%s is a general protection fault at CPL 3', (code) => {
    const m = new EntryMachine(false);
    m.load(`  ${code}`);
    m.run();
    expect(m.exceptions[0]).toMatchObject({ cause: { kind: 'signal', signo: 11, name: 'general protection fault' } });
  });

  test.each([0, 2, 8, 13, 14, 32, 255])('an ordinary process cannot raise vector %i', (vector) => {
    const m = new EntryMachine(false);
    m.load(`  int ${vector}`);
    m.run();
    expect(m.exceptions[0]).toMatchObject({ fromUser: true, cause: { name: 'general protection fault' } });
    expect(m.task.arch.errorCode).toBe(vector * 8 + 2);
  });

  test('an ordinary process faults on kernel data; a kernel-mode user process reads it', () => {
    const program = '  mov eax, [0xc0400004]\ndone:\n  jmp done';
    const user = new EntryMachine(false);
    user.load(program);
    user.run();
    expect(user.exceptions[0]).toMatchObject({ cause: { address: 0xc0400004, access: 'read', present: true } });
    const trusted = new EntryMachine(true);
    trusted.load(program);
    trusted.runTo('done');
    expect(trusted.get('eax')).toBe(trusted.stackTop);
  });

  test('kernel text cannot be written at kernel privilege', () => {
    const m = new EntryMachine(true);
    m.load('  mov dword [0xc0100000], 0');
    m.run();
    expect(m.exceptions[0]).toMatchObject({ cause: { address: 0xc0100000, access: 'write', present: true } });
  });
});

describe.each(BOTH)('interrupts of $mode', ({ kernelMode }) => {
  const program = `
  mov eax, 1
  mov ecx, 2
  stc_like:
  cmp eax, 2
loop:
  jmp loop`.replace('  stc_like:\n', '');

  test('an interrupt leaves nothing behind', () => {
    const m = new EntryMachine(kernelMode);
    m.load(program);
    m.runTo('loop');
    m.engine.setInterrupt(0, true);
    m.run(200);
    expect(m.interrupts).toEqual([{ line: 0, frame: m.frame }]);
    expect(m.frameWord('cs')).toBe(kernelMode ? KU_CS_INTERRUPT : 0x73);
    m.runTo('loop');
    expect([m.get('eax'), m.get('ecx'), m.get('esp'), m.get('eflags') & 0x281]).toEqual([1, 2, STACK_TOP, 0x281]);
    expect(m.counter('entriesInterrupt')).toBe(1);
  });

  test('lines are told apart', () => {
    const m = new EntryMachine(kernelMode);
    m.load(program);
    m.runTo('loop');
    m.engine.setInterrupt(5, true);
    m.run(200);
    expect(m.interrupts.map(({ line }) => line)).toEqual([5]);
  });

  test('work asked for by an interrupt is done before the program goes on', () => {
    const m = new EntryMachine(kernelMode);
    m.load(program);
    m.runTo('loop');
    m.setWork(2);
    m.engine.setInterrupt(0, true);
    m.run(200);
    expect(m.exitWork).toBe(1);
  });
});

describe('the way back to a kernel-mode user process', () => {
  test('a stack that cannot be written is a page fault of the program', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      m.write32(m.frame + 60, ABSENT + 0x800);
      return 1;
    };
    m.onException = (exception) => {
      if (exception.fromUser) m.map(ABSENT, 0x1000, PTE_USER | PTE_WRITE);
      else expect(i386.fixupException!(m.kernel, exception)).toBe(true);
    };
    m.load('  mov eax, 20\n  int 0x80\ndone:\n  jmp done');
    m.runTo('done');
    expect(m.exceptions.map(({ fromUser }) => fromUser)).toEqual([false, true]);
    expect(m.exceptions[1]).toMatchObject({ frame: m.frame, cause: { address: ABSENT + 0x7fc, access: 'write' } });
    expect([m.get('eax'), m.get('esp')]).toEqual([1, ABSENT + 0x800]);
  });

  test('flags that POPF and RET do not restore come back by IRET', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      m.write32(m.frame + 56, m.frameWord('eflags') | 0x3000);
      return 1;
    };
    m.load('  mov eax, 20\n  int 0x80\ndone:\n  jmp done');
    m.runTo('done');
    expect([m.get('eflags') & 0x3200, m.get('esp'), m.cpu.pc]).toEqual([0x3200, STACK_TOP, m.labels.get('done')!]);
    expect(TEXT).toBeLessThan(m.labels.get('done')!);
  });
});
