import { describe, expect, it } from 'vitest';
import { toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, type ToyMachine, toyMachine, USER_CODE } from '../testing/toy-machine.ts';

const INSTRUCTIONS = 12;

/** A program that counts and traps, with a handler that counts and comes back; both change the mode themselves. */
function machineOf(): ToyMachine {
  const isa = toyIsa();
  const machine = toyMachine({
    isa: {
      ...isa,
      // Never taken: the toy's would ask its status registers.
      interruptsEnabled: () => false,
      lift(context, pc) {
        const b = context.builder;
        b.beginInstruction(pc, context.kernelText ? 5 : 3);
        const register = isa.layout.slot(context.kernelText ? 'r1' : 'r0', 'i32');
        b.set(b.add(b.get(register), b.const(1)), register);
        const next = (pc + 4) | 0;
        if (context.kernelText) {
          b.endWith({ kind: 'switchMode', target: b.const(USER_CODE), mode: b.const(0), next });
        } else b.endWith({ kind: 'switchMode', target: b.const(KERNEL_TEXT), mode: b.const(1), next, trap: 7 });
        return { kind: 'ok', length: 4 };
      },
    },
  });
  return machine;
}

function state({ cpu, engine, reg }: ToyMachine): unknown {
  return { pc: cpu.pc, mode: cpu.mode, r0: reg('r0'), r1: reg('r1'), cycles: engine.cycles(), by: engine.cyclesBy() };
}

describe('blocks that end with a change of mode', () => {
  it('end the same in one run as one by one, with traps among the cost of entry', () => {
    const [whole, single, waiting] = [machineOf(), machineOf(), machineOf()];
    // With a line up each change of mode is the engine's.
    waiting.engine.setInterrupt(3, true);
    whole.engine.run(INSTRUCTIONS);
    waiting.engine.run(INSTRUCTIONS);
    for (let done = 0; done < INSTRUCTIONS; done++) single.engine.run(1);
    expect(state(whole)).toMatchObject({ r0: INSTRUCTIONS / 2, r1: INSTRUCTIONS / 2, mode: 0, pc: USER_CODE });
    expect(whole.engine.cyclesBy().entryCycles).toBe(whole.engine.cycles());
    expect(state(single)).toEqual(state(whole));
    expect(state(waiting)).toEqual(state(whole));
  });
});
