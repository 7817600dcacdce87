import { describe, expect, test } from 'vitest';
import { powerpc } from '../abi.ts';
import { programMsr } from '../msr.ts';
import { EntryMachine, STACK_TOP } from '../testing/entry-machine.ts';

const SO = 0x1000_0000;
const KEPT = ['r2', ...Array.from({ length: 19 }, (_, n) => `r${13 + n}`)];
const KEPT_VALUES = KEPT.map((name) => 100 + Number(name.slice(1)));

function call(number: number): string {
  const fill = KEPT.map((name) => `  li ${name}, ${100 + Number(name.slice(1))}`).join('\n');
  const args = [3, 4, 5, 6, 7, 8].map((n) => `  li r${n}, ${n}`).join('\n');
  return `${fill}\n${args}
  li r0, 77
  mtlr r0
  cmpwi cr2, r3, 100
  li r0, ${number}
trap:
  sc
done:
  b done`;
}

function machine(program: string): EntryMachine {
  const m = new EntryMachine(true, true);
  m.load(program);
  return m;
}

const counts = (m: EntryMachine) => [
  m.counter('entriesTrap'),
  m.counter('entriesDirect'),
  m.counter('entriesRecognised'),
];

describe('a recognised trap', () => {
  test('gives the result and keeps what sc keeps, LR too', () => {
    const m = machine(call(20));
    m.onSyscall = () => 1234;
    m.runTo('done');
    expect(m.syscalls).toEqual([{ number: 20, args: [3, 4, 5, 6, 7, 8] }]);
    expect([m.get('r3'), m.get('r1'), m.get('lr'), m.get('msr')]).toEqual([1234, STACK_TOP, 77, programMsr(true)]);
    expect(KEPT.map((name) => m.get(name))).toEqual(KEPT_VALUES);
    expect([m.get('cr') & SO, m.get('cr') & 0x00f0_0000]).toEqual([0, 0x0080_0000]);
    expect(counts(m)).toEqual([0, 0, 1]);
  });

  test.each([
    ['a failure is a positive errno with CR0.SO set', 5, -2, 2],
    ['a number out of range gives ENOSYS', 30_000, 0, 38],
  ])('%s', (_name, number, result, errno) => {
    const m = machine(call(number));
    m.onSyscall = () => result;
    m.runTo('done');
    expect([m.get('r3'), m.get('cr') & SO]).toEqual([errno, SO]);
  });

  test('its frame is that of the trap: it goes on behind the sc', () => {
    const m = machine(call(2));
    let frame: Record<string, number> = {};
    m.onSyscall = () => {
      frame = powerpc.frame.registers(m.kernel, m.frame);
      return 44;
    };
    m.runTo('done');
    expect(frame).toMatchObject({ r0: 2, r1: STACK_TOP, r2: 102, r3: 3, r8: 8, r13: 113, r31: 131, origR3: 3 });
    expect(frame).toMatchObject({ nip: m.labels.get('done')!, link: 77, trap: 0xc00 });
  });

  test('a restarted call is made again by the sc of the program', () => {
    const m = machine(call(3));
    m.onSyscall = () => {
      if (m.syscalls.length > 1) return 9;
      m.setWork(1);
      return -512;
    };
    let nip = 0;
    m.onExitWork = () => {
      powerpc.frame.restart(m.kernel, m.frame, false);
      nip = powerpc.frame.pc(m.kernel, m.frame);
      m.setWork(0);
    };
    m.runTo('done');
    expect(nip).toBe(m.labels.get('trap'));
    expect(m.syscalls.map(({ args }) => args)).toEqual([
      [3, 4, 5, 6, 7, 8],
      [3, 4, 5, 6, 7, 8],
    ]);
    expect([m.get('r3'), ...counts(m), m.counter('entriesRecognisedFull')]).toEqual([9, 0, 0, 2, 1]);
    expect(KEPT.map((name) => m.get(name))).toEqual(KEPT_VALUES);
  });

  test.each([1234, -2])(
    'an interrupt at any instruction of it changes nothing, its work is done (result %i)',
    (result) => {
      const whole = machine(call(20));
      whole.onSyscall = () => result;
      whole.runTo('trap');
      const before = whole.engine.instructions();
      whole.runTo('done');
      const length = whole.engine.instructions() - before;
      for (let at = 0; at < length; at++) {
        const m = machine(call(20));
        m.onSyscall = () => result;
        m.onInterrupt = () => m.setWork(1);
        m.runTo('trap');
        m.run(at);
        m.engine.setInterrupt(0, true);
        m.runTo('done');
        const state = ['r3', 'r1', 'r31', 'lr'].map((name) => m.get(name));
        expect([at, ...state, m.get('cr') & SO]).toEqual([
          at,
          Math.abs(result),
          STACK_TOP,
          131,
          77,
          result < 0 ? SO : 0,
        ]);
        expect([at, m.interrupts.length, m.exitWork]).toEqual([at, 1, 1]);
      }
    },
  );

  test('a signal before its word was taken up finds the program at the sc', () => {
    const m = machine(call(20));
    m.runTo('kml_recognised');
    const { frame, pc } = { frame: m.frame, pc: m.image.symbols.get('kml_recognised')! };
    powerpc.frame.setPc(m.kernel, frame, pc + 4);
    powerpc.undoRecognised!(m.kernel, frame);
    expect(powerpc.frame.pc(m.kernel, frame)).toBe(m.labels.get('trap'));
    powerpc.frame.setPc(m.kernel, frame, pc + 8);
    powerpc.undoRecognised!(m.kernel, frame);
    expect(powerpc.frame.pc(m.kernel, frame)).toBe((pc + 8) | 0);
  });

  test('in user mode it is a trap', () => {
    const m = new EntryMachine(false, true);
    m.load(call(20));
    m.runTo('done');
    expect(counts(m)).toEqual([1, 0, 0]);
  });
});
