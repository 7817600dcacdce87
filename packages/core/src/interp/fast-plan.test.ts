import { describe, expect, it } from 'vitest';
import { BlockBuilder } from '../ir/builder.ts';
import { OP_NAMES } from '../ir/ops.ts';
import { I32_SLOTS, V_SLOTS } from '../testing/random-values.ts';
import { TOY_PAGE_FAULT, toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { KEPT, planFast } from './fast-plan.ts';

const [R0, R1, R2] = I32_SLOTS as [(typeof I32_SLOTS)[0], (typeof I32_SLOTS)[0], (typeof I32_SLOTS)[0]];
const [V0, V1] = V_SLOTS as [(typeof V_SLOTS)[0], (typeof V_SLOTS)[0]];
type Instruction = (b: BlockBuilder) => void;

/** Names of the operations that fast code executes. */
function kept(...instructions: Instruction[]): string[] {
  const b = new BlockBuilder(0, 0);
  instructions.forEach((instruction, index) => {
    b.beginInstruction(4 * index, 1);
    instruction(b);
  });
  b.endWith({ kind: 'jump', target: 0 });
  const ir = b.finish(4 * instructions.length);
  const { fate } = planFast(ir);
  const names: string[] = [];
  for (let index = 0; index < fate.length; index++) {
    const name = OP_NAMES[ir.code[index * 6]!]!;
    if (fate[index] === KEPT && name !== 'const32') names.push(name);
  }
  return names;
}

/** A machine whose code is those instructions, in a block of fast code from its first run. */
function machineOf(...instructions: Instruction[]): ToyMachine {
  const machine = toyMachine({
    fastAfter: 1,
    isa: {
      ...toyIsa(),
      lift(context, pc) {
        context.builder.beginInstruction(pc, 1);
        const instruction = context.kernelText ? undefined : instructions[(pc - USER_CODE) >> 2];
        if (instruction) instruction(context.builder);
        else context.builder.endWith({ kind: 'jump', target: pc });
        return { kind: 'ok', length: 4 };
      },
    },
  });
  machine.setReg('vectorBase', KERNEL_TEXT);
  return machine;
}

const vector = (machine: ToyMachine, slot: typeof V0): number =>
  machine.cpu.i32[(machine.cpu.base + slot.offset) >> 2]!;

describe('fast code', () => {
  const addTo =
    (slot: typeof R0): Instruction =>
    (b) =>
      b.set(b.add(b.get(slot), b.const(3)), slot);

  it('works in slots directly', () => {
    expect(kept(addTo(R0))).toEqual(['add']);
    expect(kept((b) => b.set(b.load32(b.get(R1)), R0))).toEqual(['load32']);
    expect(kept((b) => b.store32(b.get(R1), b.get(R0)))).toEqual(['store32']);
  });

  it('leaves out what the next instruction overwrites, with what only that needs', () => {
    const flag: Instruction = (b) => b.set(b.ltU(b.get(R0), b.const(7)), R2);
    expect(kept(flag, flag, flag)).toEqual(['ltU']);
  });

  it('keeps the old value of a slot where it is still used', () => {
    expect(
      kept((b) => {
        const old = b.get(R0);
        const sum = b.add(old, b.get(R1));
        b.set(sum, R0);
        b.set(b.ltU(sum, old), R2);
      }),
    ).toEqual(['get', 'add', 'ltU']);
  });

  it('does not write a slot before an access that can still leave', () => {
    expect(
      kept((b) => {
        const sum = b.add(b.get(R0), b.const(1));
        b.store32(b.get(R1), sum);
        b.set(sum, R0);
      }),
    ).toEqual(['add', 'store32', 'set']);
  });

  it('keeps a write that is read before the next one', () => {
    const machine = machineOf(
      (b) => b.setV(b.splat32(b.const(5)), V0),
      (b) => {
        b.setV(b.getV(V0), V1);
        b.setV(b.splat32(b.const(6)), V0);
      },
    );
    machine.engine.run(3);
    expect([vector(machine, V0), vector(machine, V1)]).toEqual([6, 5]);
  });

  it('does not write a slot before it is read within the instruction', () => {
    const machine = machineOf(
      (b) => b.setV(b.splat32(b.const(1)), V0),
      (b) => b.endWith({ kind: 'jump', target: USER_CODE + 8 }),
      (b) => {
        const next = b.splat32(b.const(2));
        const old = b.getV(V0);
        b.setV(next, V0);
        b.setV(old, V1);
      },
    );
    machine.engine.run(4);
    expect([vector(machine, V0), vector(machine, V1)]).toEqual([2, 1]);
  });

  it('exchanges two slots', () => {
    const machine = machineOf((b) => {
      const [a, c] = [b.get(R0), b.get(R1)];
      b.set(c, R0);
      b.set(a, R1);
    });
    machine.setReg('r0', 10);
    machine.setReg('r1', 20);
    machine.engine.run(2);
    expect([machine.reg('r0'), machine.reg('r1')]).toEqual([20, 10]);
  });

  it('makes up for what was left out when an access faults', () => {
    const machine = machineOf(
      (b) => b.set(b.add(b.get(R0), b.const(1)), R2),
      (b) => b.set(b.mul(b.get(R0), b.const(5)), R2),
      (b) => b.set(b.load32(b.get(R1)), R0),
      (b) => b.set(b.const(9), R2),
    );
    machine.setReg('r0', 7);
    machine.setReg('r1', USER_DATA + 0x4000);
    machine.engine.run(3);
    expect([machine.reg('cause'), machine.reg('epc')]).toEqual([TOY_PAGE_FAULT, USER_CODE + 8]);
    expect([machine.reg('r0'), machine.reg('r2')]).toEqual([7, 35]);
  });
});
