import { describe, expect, test } from 'vitest';
import { powerpc } from '../abi.ts';
import { programMsr } from '../msr.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const SO = 0x1000_0000;
const KEPT = ['r2', ...Array.from({ length: 19 }, (_, n) => `r${13 + n}`)];

function call(number: number): string {
  const fill = KEPT.map((name) => `  li ${name}, ${100 + Number(name.slice(1))}`).join('\n');
  const args = [3, 4, 5, 6, 7, 8].map((n) => `  li r${n}, ${n}`).join('\n');
  return `${fill}\n${args}
  cmpwi cr2, r3, 100
  cmpwi cr4, r3, 0
  lis r12, __kernel_vsyscall_kml@h
  addi r12, r12, ENTRY
  mtctr r12
  li r0, ${number}
  bctrl
done:
  b done`.replace('ENTRY', '__kernel_vsyscall_kml@l');
}

/** Makes the call again and again, interrupted after none, one, two … of its instructions. */
function interruptEach(m: EntryMachine, number: number, check: (at: number) => void): void {
  const whole = new EntryMachine(true);
  whole.onSyscall = m.onSyscall;
  whole.load(call(number));
  whole.runTo('kml_call');
  const before = whole.engine.instructions();
  whole.runTo('done');
  const length = whole.engine.instructions() - before;
  for (let at = 0; at < length; at++) {
    m.load(call(number));
    m.runTo('kml_call');
    m.run(at);
    m.engine.setInterrupt(0, true);
    m.runTo('done');
    check(at);
  }
}

/** A call without a frame, and one that needs a whole one; what succeeds, and what fails. */
const INTERRUPTED = [
  { number: 20, result: 1234, r3: 1234, so: 0 },
  { number: 20, result: -2, r3: 2, so: SO },
  { number: 2, result: 1234, r3: 1234, so: 0 },
  { number: 2, result: -2, r3: 2, so: SO },
];

describe.each(INTERRUPTED)(
  'an interrupt at any instruction of direct call $number, which gives $result',
  ({ number, result, r3, so }) => {
    const seen = (m: EntryMachine) => [m.get('r3'), m.get('cr') & SO, m.get('r1'), m.get('r2'), m.get('r31')];
    const expected = [r3, so, STACK_TOP, 102, 131];

    test('changes nothing', () => {
      const m = new EntryMachine(true);
      m.onSyscall = () => result;
      interruptEach(m, number, (at) => {
        expect([at, m.interrupts.length, seen(m)]).toEqual([at, at + 1, expected]);
      });
    });

    // A handler of a signal may fork, and the child go on from here with its own stack.
    test('finds no address within the kernel stack in a register of the program', () => {
      const m = new EntryMachine(true);
      m.onSyscall = () => result;
      let registers: Record<string, number> = {};
      m.onInterrupt = () => {
        registers = m.interrupts.at(-1)!.frame === m.frame ? powerpc.frame.registers(m.kernel, m.frame) : {};
      };
      interruptEach(m, number, (at) => {
        const within = Object.entries(registers).filter(([, value]) => value > m.threadInfo && value <= m.stackTop);
        expect([at, within]).toEqual([at, []]);
      });
    });

    test('that brings work has it done before the program goes on', () => {
      const m = new EntryMachine(true);
      m.onSyscall = () => result;
      m.onInterrupt = () => m.setWork(1);
      const stacks: number[] = [];
      m.onExitWork = () => {
        stacks.push(m.frameWord('r1'));
        m.setWork(0);
      };
      interruptEach(m, number, (at) => {
        expect([at, stacks.splice(0), seen(m)]).toEqual([at, [STACK_TOP], expected]);
      });
    });
  },
);

describe('the direct call', () => {
  test('gives the result and keeps what the C convention keeps', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => 1234;
    m.load(call(20));
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [3, 4, 5, 6, 7, 8] }]);
    expect([m.get('r3'), m.get('r1'), m.get('msr'), m.get('cr') & SO]).toEqual([1234, STACK_TOP, programMsr(true), 0]);
    expect(KEPT.map((name) => m.get(name))).toEqual(KEPT.map((name) => 100 + Number(name.slice(1))));
    expect(m.get('cr') & 0x00f0_f000).toBe(0x0080_4000);
    expect([m.counter('entriesDirect'), m.counter('entriesDirectFull'), m.counter('entriesTrap')]).toEqual([1, 0, 0]);
  });

  test('a failure is a positive errno with CR0.SO set', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => -2;
    m.load(call(5));
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([2, SO]);
  });

  test('a number out of range gives ENOSYS', () => {
    const m = new EntryMachine(true);
    m.load(call(30_000));
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO, m.syscalls.length]).toEqual([38, SO, 0]);
  });

  test('makes a frame that fork and signals can use', () => {
    const m = new EntryMachine(true);
    let frame: Record<string, number> = {};
    m.onSyscall = () => {
      frame = powerpc.frame.registers(m.kernel, m.frame);
      return 44;
    };
    m.load(call(2));
    m.runTo('done');
    expect(frame).toMatchObject({ r0: 2, r1: STACK_TOP, r2: 102, r3: 3, r8: 8, r13: 113, r31: 131, origR3: 3 });
    expect(frame).toMatchObject({ nip: m.image.symbols.get('kml_return')!, link: m.labels.get('done')!, trap: 0xc00 });
  });

  test('with work waiting it leaves through the whole frame', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      m.setWork(2);
      return 55;
    };
    let frame: Record<string, number> = {};
    m.onExitWork = () => {
      frame = powerpc.frame.registers(m.kernel, m.frame);
      m.setWork(0);
    };
    m.load(call(20));
    m.runTo('done');
    expect(frame).toMatchObject({ r1: STACK_TOP, r2: 102, r3: 55, r13: 113, r31: 131, msr: programMsr(true), mq: 0 });
    expect(frame).toMatchObject({ nip: m.image.symbols.get('kml_return')!, link: m.labels.get('done')!, trap: 0xc10 });
    expect(powerpc.frame.syscall(m.kernel, m.frame)).toBe(-1);
    expect(m.get('cr') & 0x00f0_f000).toBe(0x0080_4000);
    expect([m.get('r3'), m.get('r1'), m.exitWork, m.counter('entriesDirectFull')]).toEqual([55, STACK_TOP, 1, 1]);
    expect(KEPT.map((name) => m.get(name))).toEqual(KEPT.map((name) => 100 + Number(name.slice(1))));
  });

  test('a restarted call is made again by the sc in kernel text', () => {
    const m = new EntryMachine(true);
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 9;
      m.setWork(1);
      return -512;
    };
    m.onExitWork = () => {
      powerpc.frame.restart(m.kernel, m.frame, false);
      m.setWork(0);
    };
    m.load(call(3));
    m.runTo('done');
    expect(m.syscalls.map((seen) => seen.args)).toEqual([
      [3, 4, 5, 6, 7, 8],
      [3, 4, 5, 6, 7, 8],
    ]);
    expect([m.get('r3'), m.counter('entriesTrap'), m.counter('entriesDirect')]).toEqual([9, 1, 1]);
  });

  test('is refused to an ordinary process: kernel text is not its to execute', () => {
    const m = new EntryMachine(false);
    m.load(call(20));
    m.run();
    expect(m.exceptions).toHaveLength(1);
    expect(m.exceptions[0]).toMatchObject({
      fromUser: true,
      cause: { kind: 'page', address: m.image.symbols.get('kml_call'), access: 'execute', present: true },
    });
  });
});
