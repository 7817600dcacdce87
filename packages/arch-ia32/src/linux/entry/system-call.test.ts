import { describe, expect, test } from 'vitest';
import { i386 } from '../abi.ts';
import { KU_CS_EXCEPTION } from '../pt-regs.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const BOTH = [
  { mode: 'an ordinary process', kernelMode: false },
  { mode: 'a kernel-mode user process', kernelMode: true },
];

const ARGUMENTS = `
  mov ebx, 11
  mov ecx, 12
  mov edx, 13
  mov esi, 14
  mov edi, 15
  mov ebp, 16`;
const KEPT = { ebx: 11, ecx: 12, edx: 13, esi: 14, edi: 15, ebp: 16 };

function registersOf(m: EntryMachine, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, m.get(name)]));
}

describe.each(BOTH)('int 0x80 from $mode', ({ kernelMode }) => {
  const program = `${ARGUMENTS}
  mov eax, 20
  cmp eax, 21
  int 0x80
done:
  jmp done`;

  test('calls through sys_call_table and keeps the flags and all registers but EAX', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => -38;
    m.load(program);
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [11, 12, 13, 14, 15, 16] }]);
    expect(m.get('eax') | 0).toBe(-38);
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
    expect(m.get('esp')).toBe(STACK_TOP);
    expect(m.get('cs')).toBe(kernelMode ? 0x60 : 0x73);
    expect(m.get('ss')).toBe(kernelMode ? 0x68 : 0x7b);
    // CMP left CF and SF set, ZF clear; interrupts are on.
    expect(m.get('eflags') & 0x2c1).toBe(0x281);
    expect(m.counter('entriesTrap')).toBe(1);
    expect(m.counter('entriesDirect')).toBe(0);
  });

  test('makes a whole frame on top of the kernel stack', () => {
    const m = new EntryMachine(kernelMode);
    const seen: Record<string, number> = {};
    m.onSyscall = () => {
      Object.assign(seen, i386.frame.registers(m.kernel, m.frame));
      return 0;
    };
    m.load(program);
    m.runTo('done');
    expect(seen).toMatchObject({ ...KEPT, eax: 20, origEax: 20, esp: STACK_TOP, eip: m.labels.get('done')! });
    expect(seen).toMatchObject({ ds: 0x7b, es: 0x7b, fs: kernelMode ? 0xd8 : 0, gs: 0 });
    expect(seen).toMatchObject({ cs: kernelMode ? KU_CS_EXCEPTION : 0x73, ss: kernelMode ? 0x68 : 0x7b });
  });

  test('a number out of range gives ENOSYS and no call', () => {
    const m = new EntryMachine(kernelMode);
    m.load('  mov eax, 451\n  int 0x80\ndone:\n  jmp done');
    m.runTo('done');
    expect(m.get('eax') | 0).toBe(-38);
    expect(m.syscalls).toEqual([]);
  });

  test('work is done before the return, with the result in the frame', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.setWork(1);
      return 77;
    };
    let result = 0;
    m.onExitWork = () => {
      result = m.frameWord('eax');
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect([result, m.exitWork, m.get('eax')]).toEqual([77, 1, 77]);
  });

  test('segment registers the program spoilt are the kernel’s own meanwhile, and the program’s again after', () => {
    const m = new EntryMachine(kernelMode);
    let inside = 0;
    m.onSyscall = () => {
      inside = m.get('ds');
      return 0;
    };
    m.load('  mov ecx, 0\n  mov ds, ecx\n  mov eax, 20\n  int 0x80\ndone:\n  jmp done');
    m.runTo('done');
    expect([inside, m.get('ds')]).toEqual([0x7b, 0]);
  });

  test('a selector that is not valid any more is dropped on the way back', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.write32(m.frame + 40, 0x33);
      return 6;
    };
    m.onException = (exception) => {
      expect(exception).toMatchObject({ fromUser: false, cause: { kind: 'signal', signo: 7 } });
      expect(i386.fixupException!(m.kernel, exception)).toBe(true);
    };
    // A TLS descriptor that is not present: #NP when the exit code loads it.
    m.load(program);
    m.write32(m.image.symbols.get('gdt')! + 0x30 + 4, 0x00cf7300);
    m.runTo('done');
    expect([m.exceptions.length, m.get('gs'), m.get('eax')]).toEqual([1, 0, 6]);
  });

  test('a frame that IRET cannot return to is the program’s fault', () => {
    if (kernelMode) return;
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      m.write32(m.frame + 52, 0x2f);
      return 6;
    };
    m.onException = (exception) => {
      if (exception.fromUser) m.write32(m.frame + 52, 0x73);
      else expect(i386.fixupException!(m.kernel, exception)).toBe(true);
    };
    m.load(program);
    m.runTo('done');
    expect(m.exceptions[1]).toMatchObject({ frame: m.frame, cause: { signo: 4, code: 8, name: 'iret exception' } });
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
    expect(m.get('eax')).toBe(6);
  });

  test('a restarted call is executed again with its number', () => {
    const m = new EntryMachine(kernelMode);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 9;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      i386.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect(m.syscalls.map((seen) => seen.number)).toEqual([20, 20]);
    expect(m.get('eax')).toBe(9);
  });
});

describe('sysenter', () => {
  const program = `${ARGUMENTS}
  mov eax, 21
  call __kernel_vsyscall
done:
  jmp done`;

  test('takes the sixth argument from the stack and comes back by sysexit', () => {
    const m = new EntryMachine(false);
    m.onSyscall = () => 5;
    m.load(program);
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 21, args: [11, 12, 13, 14, 15, 16] }]);
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
    expect([m.get('eax'), m.get('esp'), m.get('cs'), m.get('ss')]).toEqual([5, STACK_TOP, 0x73, 0x7b]);
    expect(m.get('eflags') & 0x200).toBe(0x200);
    expect([m.counter('entriesFast'), m.counter('entriesTrap')]).toEqual([1, 0]);
  });

  test('an unreadable sixth argument gives EFAULT', () => {
    const m = new EntryMachine(false);
    m.onException = (exception) => {
      expect(exception).toMatchObject({ fromUser: false, cause: { kind: 'page', address: 0x1000, access: 'read' } });
      expect(i386.fixupException!(m.kernel, exception)).toBe(true);
    };
    m.load('  mov eax, 20\n  mov ebp, 0x1000\n  sysenter');
    m.runTo('syscall_result');
    expect(m.get('eax') | 0).toBe(-14);
    expect(m.syscalls).toEqual([]);
  });

  test('a kernel address for the sixth argument gives EFAULT without being read', () => {
    const m = new EntryMachine(false);
    m.load('  mov eax, 20\n  mov ebp, 0xc0400000\n  sysenter');
    m.runTo('syscall_result');
    expect(m.get('eax') | 0).toBe(-14);
    expect(m.exceptions).toEqual([]);
  });

  test('with work pending it leaves by IRET, and a restart lands on the vDSO’s int 0x80', () => {
    const m = new EntryMachine(false);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 3;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      i386.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(program);
    m.runTo('done');
    expect(m.syscalls.map((seen) => seen.args)).toEqual([
      [11, 12, 13, 14, 15, 16],
      [11, 12, 13, 14, 15, 16],
    ]);
    expect([m.counter('entriesFast'), m.counter('entriesTrap'), m.get('eax')]).toEqual([1, 1, 3]);
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
  });

  test('a kernel-mode user process that comes this way keeps its privilege', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => 8;
    m.load(program);
    m.runTo('done');
    expect([m.get('eax'), m.get('cs'), m.get('esp')]).toEqual([8, 0x60, STACK_TOP]);
    expect(registersOf(m, Object.keys(KEPT))).toEqual(KEPT);
  });
});
