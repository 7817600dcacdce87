import { describe, expect, it } from 'vitest';
import {
  TOY_ILLEGAL,
  TOY_INTERRUPT,
  TOY_PAGE_FAULT,
  TOY_SUPERVISOR,
  TOY_SYSTEM,
  TOY_SYSTEM_FAULT,
  TOY_TRAP_IF,
  toy,
  toyCycles,
} from '../testing/toy-isa.ts';
import { KERNEL_TEXT, RWX, RX, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { KERNEL_LEAVE } from './engine-types.ts';

const code = (...instructions: number[][]): number[] => instructions.flat();
const LOOP_FOREVER = toy('jmp', 0, 0);

/** Sums 10 to 1 into r2, then loops in place. */
const SUM = code(
  toy('li', 1, 10),
  toy('li', 2, 0),
  toy('add', 2, 2, 1),
  toy('addi', 1, 1, -1),
  toy('beqz', 1, 2),
  toy('jmp', 0, -3),
  LOOP_FOREVER,
);

/** Points r5 at the data page and pc at the code. */
function machineWith(...instructions: number[][]): ToyMachine {
  const machine = toyMachine();
  machine.poke(USER_CODE, code(...instructions, LOOP_FOREVER));
  machine.setReg('r5', USER_DATA);
  return machine;
}

/** Traps go to a loop in kernel text that spins without side effects. */
function withVector(machine: ToyMachine): ToyMachine {
  machine.poke(KERNEL_TEXT, LOOP_FOREVER);
  machine.setReg('vectorBase', KERNEL_TEXT);
  return machine;
}

describe('budget', () => {
  it('runs exactly as many instructions as asked, one by one and many', () => {
    const machine = machineWith();
    machine.poke(USER_CODE, SUM);
    for (let n = 1; n <= 30; n++) {
      expect(machine.engine.run(1)).toBe('budget');
      expect(machine.engine.instructions()).toBe(n);
    }
    expect(machine.engine.run(1000)).toBe('budget');
    expect(machine.engine.instructions()).toBe(1030);
    expect(machine.reg('r2')).toBe(55);
    expect(machine.reg('r1')).toBe(0);
  });

  it('gives the same state and cycles however the budget is cut', () => {
    const whole = machineWith();
    whole.poke(USER_CODE, SUM);
    whole.engine.run(33);
    for (const cut of [1, 2, 3, 5, 7, 32]) {
      const machine = machineWith();
      machine.poke(USER_CODE, SUM);
      for (let left = 33; left > 0; left -= cut) machine.engine.run(Math.min(cut, left));
      expect(machine.engine.cycles()).toBe(whole.engine.cycles());
      expect(machine.cpu.pc).toBe(whole.cpu.pc);
      expect(machine.reg('r2')).toBe(whole.reg('r2'));
    }
  });

  it('goes beyond the budget to the end of a block, where that is within the slack', () => {
    const machine = machineWith();
    machine.poke(USER_CODE, SUM);
    // The first block is li, li, add, addi, beqz; after it come jmp, and add, addi, beqz.
    machine.engine.run(2, 3);
    expect([machine.engine.instructions(), machine.cpu.pc]).toEqual([5, USER_CODE + 20]);
    machine.engine.run(2, 1);
    expect(machine.engine.instructions()).toBe(7);
    machine.engine.run(1, 1);
    expect([machine.engine.instructions(), machine.reg('r2')]).toEqual([9, 19]);
    expect(machine.engine.cycles()).toBe(exactly(9).engine.cycles());
    function exactly(instructions: number): ToyMachine {
      const other = machineWith();
      other.poke(USER_CODE, SUM);
      other.engine.run(instructions);
      return other;
    }
  });

  it('counts the cycles of what was executed', () => {
    const machine = machineWith(toy('li', 1, 1), toy('add', 1, 1, 1), toy('mul', 1, 1, 1));
    machine.engine.run(2);
    expect(machine.engine.cycles()).toBe(toyCycles('li') + toyCycles('add'));
    machine.engine.run(1);
    expect(machine.engine.cycles()).toBe(toyCycles('li') + toyCycles('add') + toyCycles('mul'));
    machine.engine.addCycles(1000);
    expect(machine.engine.cycles()).toBe(1000 + toyCycles('li') + toyCycles('add') + toyCycles('mul'));
  });

  it('executes nothing for a budget of 0 and refuses a negative one', () => {
    const machine = machineWith(toy('li', 1, 1));
    expect(machine.engine.run(0)).toBe('budget');
    expect(machine.engine.instructions()).toBe(0);
    expect(() => machine.engine.run(-1)).toThrow(RangeError);
  });

  it('hands out a budget of more than one slice', () => {
    const machine = machineWith();
    expect(machine.engine.run((1 << 24) + 3)).toBe('budget');
    expect(machine.engine.instructions()).toBe((1 << 24) + 3);
    expect(machine.engine.cycles()).toBe(((1 << 24) + 3) * toyCycles('jmp'));
  });

  it('reads the exact cycle counter within a block', () => {
    const machine = machineWith(toy('nop'), toy('rdcycles', 1), toy('add', 2, 2, 2), toy('rdcycles', 2));
    machine.engine.run(4);
    const first = toyCycles('nop');
    expect(machine.reg('r1')).toBe(first);
    expect(machine.reg('r2')).toBe(first + toyCycles('rdcycles') + toyCycles('add'));
  });
});

describe('faults and traps', () => {
  it('delivers a page fault at the instruction, those before it done and counted', () => {
    const machine = withVector(machineWith(toy('li', 1, 7), toy('li', 2, 0), toy('st', 1, 2, 4), toy('li', 1, 9)));
    machine.engine.run(2);
    machine.engine.run(1);
    expect(machine.reg('cause')).toBe(TOY_PAGE_FAULT);
    expect(machine.reg('error')).toBe(1);
    expect(machine.reg('badAddress')).toBe(4);
    expect(machine.reg('epc')).toBe(USER_CODE + 8);
    expect(machine.reg('r1')).toBe(7);
    expect(machine.reg('emode')).toBe(0);
    expect(machine.cpu.mode).toBe(TOY_SUPERVISOR);
    // Two before the fault, and one of the handler's.
    expect(machine.engine.instructions()).toBe(3);
  });

  it('tells a protection fault from a missing page', () => {
    const machine = withVector(machineWith(toy('ld', 1, 6, 0)));
    machine.setReg('r6', KERNEL_TEXT);
    machine.engine.run(1);
    expect([machine.reg('cause'), machine.reg('error')]).toEqual([TOY_PAGE_FAULT, 4]);
  });

  it('faults a store across pages before it writes, at the first byte of the upper page', () => {
    const machine = withVector(machineWith(toy('li', 1, -1), toy('st', 1, 6, 0)));
    machine.setReg('r6', USER_DATA + 0x1ffe);
    machine.engine.run(2);
    expect(machine.reg('badAddress')).toBe(USER_DATA + 0x2000);
    expect(machine.cpu.virtual.read16(USER_DATA + 0x1ffe, false)).toBe(0);
  });

  it('counts a trap that completes and not one that does not', () => {
    const completes = withVector(machineWith(toy('nop'), toy('trap', 9)));
    completes.engine.run(2);
    expect(completes.cpu.pc).toBe(KERNEL_TEXT | 0);
    expect([completes.reg('cause'), completes.reg('epc'), completes.reg('enext')]).toEqual([
      9,
      USER_CODE + 4,
      USER_CODE + 8,
    ]);
    const illegal = withVector(machineWith(toy('nop'), [0, 0, 0, 0]));
    illegal.engine.run(1);
    expect(illegal.cpu.pc).toBe(USER_CODE + 4);
    illegal.engine.run(1);
    expect(illegal.reg('cause')).toBe(TOY_ILLEGAL);
    expect(illegal.engine.instructions()).toBe(2);
    expect(illegal.engine.cycles()).toBe(toyCycles('nop') + toyCycles('jmp'));
  });

  it('takes a trapIf in the middle of a block', () => {
    const machine = withVector(machineWith(toy('li', 1, 3), toy('li', 2, 5), toy('trapnz', 1, 2), toy('li', 1, 4)));
    machine.engine.run(3);
    expect([machine.reg('cause'), machine.reg('error')]).toEqual([TOY_TRAP_IF, 5]);
    expect([machine.reg('epc'), machine.reg('enext')]).toEqual([USER_CODE + 8, USER_CODE + 12]);
    expect(machine.reg('r1')).toBe(3);
  });

  it('delivers an execute fault where code cannot be fetched', () => {
    const machine = withVector(machineWith(toy('jr', 5)));
    machine.engine.run(2);
    expect([machine.reg('cause'), machine.reg('error'), machine.reg('badAddress')]).toEqual([
      TOY_PAGE_FAULT,
      2 + 4,
      USER_DATA,
    ]);
    expect(machine.reg('epc')).toBe(USER_DATA);
  });

  it('delivers the execute fault of an instruction that straddles into an unmapped page at that page', () => {
    const machine = withVector(machineWith());
    const last = USER_CODE + 0x2000 - 6;
    machine.poke(last, [...toy('li', 1, 1), 24, 0]);
    machine.cpu.pc = last;
    machine.engine.run(2);
    expect([machine.reg('badAddress'), machine.reg('epc')]).toEqual([USER_CODE + 0x2000, last + 4]);
    expect(machine.reg('r1')).toBe(1);
  });

  it('keeps a block that ended before a page that was not there, when the page has come', () => {
    const machine = withVector(machineWith());
    const last = USER_CODE + 0x2000 - 6;
    const jump = toy('jmp', 0, -1);
    machine.poke(last, [...toy('addi', 1, 1, 1), ...jump.slice(0, 2)]);
    machine.cpu.pc = last;
    machine.engine.run(1);
    machine.map(USER_CODE + 0x2000, RX);
    machine.poke(USER_CODE + 0x2000, jump.slice(2));
    machine.engine.run(100);
    expect(machine.reg('r1')).toBe(51);
  });

  it('gives a fault in a system routine to the ISA, the instruction not counted', () => {
    const machine = withVector(machineWith(toy('nop'), toy('system', 6, TOY_SYSTEM.load, 0)));
    machine.setReg('r6', 0x44);
    machine.engine.run(2);
    expect([machine.reg('cause'), machine.reg('badAddress'), machine.reg('epc')]).toEqual([
      TOY_PAGE_FAULT,
      0x44,
      USER_CODE + 4,
    ]);
    expect(machine.engine.cycles()).toBe(toyCycles('nop') + toyCycles('jmp'));
    const other = withVector(machineWith(toy('system', 6, TOY_SYSTEM.fault, 0)));
    other.setReg('r6', 77);
    other.engine.run(1);
    expect([other.reg('cause'), other.reg('error')]).toEqual([TOY_SYSTEM_FAULT, 77]);
  });

  it('comes back with shutdown where the CPU cannot go on', () => {
    const machine = machineWith(toy('nop'), toy('trap', 3));
    expect(machine.engine.run(10)).toBe('shutdown');
    expect(machine.engine.shutdownReason).toBe('trap 3 without a vector');
    expect(machine.engine.instructions()).toBe(2);
  });

  it('ends a CPU whose handler cannot be fetched', () => {
    const machine = machineWith(toy('trap', 3));
    machine.setReg('vectorBase', 0x5000_0000);
    expect(machine.engine.run(10)).toBe('shutdown');
    expect(machine.engine.shutdownReason).toContain('endless traps');
  });
});

describe('interrupts', () => {
  it('takes a line when the run begins, where enabled', () => {
    const machine = withVector(machineWith(toy('nop'), toy('nop')));
    machine.engine.setInterrupt(3, true);
    machine.engine.run(1);
    expect(machine.cpu.pc).toBe(USER_CODE + 4);
    machine.setReg('ie', 1);
    machine.engine.run(1);
    expect(machine.reg('cause')).toBe(TOY_INTERRUPT + 3);
    expect(machine.reg('epc')).toBe(USER_CODE + 4);
    expect(machine.engine.instructions()).toBe(2);
  });

  it('takes it at the instruction behind the one that enables it, and again while the line is up', () => {
    const machine = withVector(machineWith(toy('li', 1, 1), toy('system', 1, TOY_SYSTEM.setIe, 0), toy('li', 1, 2)));
    machine.poke(KERNEL_TEXT, code(toy('addi', 4, 4, 1), toy('system', 0, TOY_SYSTEM.trapReturn, 0)));
    machine.engine.setInterrupt(0, true);
    machine.engine.run(2 + 2 * 5);
    expect(machine.reg('r4')).toBe(5);
    expect(machine.reg('epc')).toBe(USER_CODE + 8);
    // The sixth was taken at once when the fifth returned.
    expect(machine.cpu.pc).toBe(KERNEL_TEXT | 0);
    machine.engine.setInterrupt(0, false);
    machine.engine.run(3);
    expect([machine.reg('r4'), machine.reg('r1')]).toEqual([6, 2]);
  });

  it('takes the lowest of several lines', () => {
    const machine = withVector(machineWith());
    machine.setReg('ie', 1);
    machine.engine.setInterrupt(9, true);
    machine.engine.setInterrupt(4, true);
    machine.engine.run(1);
    expect(machine.reg('cause')).toBe(TOY_INTERRUPT + 4);
  });
});

describe('kernel calls', () => {
  const kernelMachine = (...instructions: number[][]): ToyMachine => {
    const machine = toyMachine();
    machine.poke(KERNEL_TEXT, code(...instructions, LOOP_FOREVER));
    machine.cpu.pc = KERNEL_TEXT;
    machine.cpu.mode = TOY_SUPERVISOR;
    return machine;
  };

  it('runs the kernel in place, the call counted and pc behind it', () => {
    const machine = kernelMachine(toy('li', 1, 5), toy('kcall', 0, 300), toy('add', 2, 2, 1));
    const seen: number[] = [];
    machine.onKernelCall = () => {
      seen.push(machine.cpu.pc, machine.engine.instructions(), machine.engine.cycles(), machine.reg('r1'));
      machine.setReg('r1', 11);
      return 0;
    };
    machine.engine.run(3);
    expect(machine.calls).toEqual([300]);
    expect(seen).toEqual([(KERNEL_TEXT + 8) | 0, 2, toyCycles('li') + toyCycles('kcall'), 5]);
    expect(machine.reg('r2')).toBe(11);
  });

  it('looks afresh after KERNEL_LEAVE: another pc, another address space', () => {
    const machine = kernelMachine(toy('kcall', 0, 1), toy('li', 3, 1));
    const other = machine.mmu.createSpace();
    machine.map(USER_CODE, RWX, other);
    machine.onKernelCall = () => {
      machine.mmu.activate(other);
      machine.poke(USER_CODE, code(toy('li', 3, 2), LOOP_FOREVER));
      machine.cpu.pc = USER_CODE;
      machine.cpu.mode = 0;
      return KERNEL_LEAVE;
    };
    machine.engine.run(2);
    expect(machine.reg('r3')).toBe(2);
  });

  it('is an illegal instruction outside kernel text and at user privilege', () => {
    const user = withVector(machineWith(toy('kcall', 0, 1)));
    user.engine.run(1);
    expect(user.reg('cause')).toBe(TOY_ILLEGAL);
    const outside = withVector(machineWith(toy('kcall', 0, 1)));
    outside.cpu.mode = TOY_SUPERVISOR;
    outside.engine.run(1);
    expect(outside.reg('cause')).toBe(TOY_ILLEGAL);
    expect([...user.calls, ...outside.calls]).toEqual([]);
  });

  it('comes back early when much work was charged in one run', () => {
    const machine = kernelMachine(...Array.from({ length: 8 }, () => toy('kcall', 0, 1)));
    machine.onKernelCall = () => {
      machine.engine.addCycles(1_500_000);
      return 0;
    };
    // The third call is the last of each run; what was charged before does not count.
    expect(machine.engine.run(8)).toBe('stopped');
    expect(machine.engine.instructions()).toBe(3);
    expect(machine.engine.run(5)).toBe('stopped');
    expect(machine.engine.instructions()).toBe(6);
    expect(machine.engine.run(2)).toBe('budget');
  });

  it('stops after the present instruction when asked', () => {
    const machine = kernelMachine(toy('kcall', 0, 1), toy('li', 3, 1));
    machine.onKernelCall = () => {
      machine.engine.stop();
      return 0;
    };
    expect(machine.engine.run(100)).toBe('stopped');
    expect(machine.engine.instructions()).toBe(1);
    expect(machine.engine.run(1)).toBe('budget');
    expect(machine.reg('r3')).toBe(1);
  });

  it('takes an interrupt raised by a kernel call at the next instruction', () => {
    const machine = kernelMachine(toy('kcall', 0, 1), toy('li', 3, 1));
    machine.setReg('ie', 1);
    machine.setReg('vectorBase', KERNEL_TEXT + 8);
    machine.onKernelCall = () => {
      machine.engine.setInterrupt(0, true);
      return 0;
    };
    machine.engine.run(2);
    expect(machine.reg('epc')).toBe((KERNEL_TEXT + 4) | 0);
    expect(machine.reg('r3')).toBe(0);
  });

  it('lets a bug of the kernel through, with the counts folded', () => {
    const machine = kernelMachine(toy('nop'), toy('kcall', 0, 1));
    machine.onKernelCall = () => {
      throw new RangeError('bug');
    };
    expect(() => machine.engine.run(10)).toThrow('bug');
    expect(machine.engine.instructions()).toBe(2);
    machine.onKernelCall = () => machine.mmu.translate(0x123, 'read', false);
    machine.cpu.pc = KERNEL_TEXT;
    expect(() => machine.engine.run(10)).toThrow('a guest fault escaped from a kernel call');
  });
});

describe('writes to code', () => {
  const word = (bytes: readonly number[]) => bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24);

  it('sees a store into the same block at the next instruction', () => {
    const machine = machineWith(toy('st', 1, 6, 0), toy('li', 2, 1), toy('nop'));
    machine.setReg('r1', word(toy('li', 2, 2)));
    machine.setReg('r6', USER_CODE + 4);
    machine.engine.run(3);
    expect(machine.reg('r2')).toBe(2);
    expect(machine.engine.instructions()).toBe(3);
  });

  it('sees a store into an instruction without operations behind the last store', () => {
    const machine = machineWith(toy('st', 1, 6, 0), toy('nop'), toy('jmp', 0, 1));
    machine.setReg('r1', word(toy('li', 2, 2)));
    machine.setReg('r6', USER_CODE + 4);
    machine.engine.run(2);
    expect(machine.reg('r2')).toBe(2);
  });

  it('keeps a loop that rewrites itself right, counted exactly', () => {
    // Each pass adds 1 to the immediate of the instruction that sets r2.
    const machine = machineWith(
      toy('li', 2, 0),
      toy('lb', 3, 6, 2),
      toy('addi', 3, 3, 1),
      toy('sb', 3, 6, 2),
      toy('jmp', 0, -4),
    );
    machine.setReg('r6', USER_CODE);
    machine.engine.run(5 * 50 + 1);
    expect(machine.reg('r2')).toBe(50);
    expect(machine.engine.counters.invalidations).toBeGreaterThanOrEqual(50);
  });

  it('lets data beside code be written without invalidating it', () => {
    const machine = machineWith(toy('st', 1, 6, 0), toy('ld', 2, 6, 0), toy('jmp', 0, -2));
    machine.setReg('r1', 1234);
    machine.setReg('r6', USER_CODE + 0x800);
    machine.engine.run(300);
    expect(machine.reg('r2')).toBe(1234);
    expect(machine.engine.counters.invalidations).toBe(0);
    expect(machine.engine.counters.blocksLifted).toBe(1);
  });

  it('sees a write through another mapping of the frame', () => {
    const machine = machineWith(toy('li', 2, 1), toy('st', 1, 6, 0), toy('jmp', 0, -2));
    machine.mapFrame(USER_DATA + 0x4000, 1, RWX);
    machine.setReg('r1', word(toy('li', 2, 2)));
    machine.setReg('r6', USER_DATA + 0x4000);
    machine.engine.run(4);
    expect(machine.reg('r2')).toBe(2);
  });

  it('takes back a writable translation when code is lifted from the frame', () => {
    const machine = machineWith(toy('st', 1, 6, 0), toy('jr', 6));
    machine.map(0x5_0000, RWX);
    machine.setReg('r1', word(toy('jmp', 0, 0)));
    machine.setReg('r6', 0x5_0000);
    machine.engine.run(5);
    expect(machine.cpu.pc).toBe(0x5_0000);
    // Write it once more the same way, from the same block.
    machine.setReg('r1', word(toy('li', 2, 9)));
    machine.cpu.pc = USER_CODE;
    machine.engine.run(3);
    expect(machine.reg('r2')).toBe(9);
  });

  it('sees what the kernel writes to a frame', () => {
    const machine = machineWith();
    machine.engine.run(3);
    machine.poke(USER_CODE, toy('li', 2, 6));
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(6);
  });
});

describe('forgetting code', () => {
  it('lifts afresh after a flush', () => {
    const machine = machineWith(toy('addi', 2, 2, 1), toy('jmp', 0, -1));
    machine.engine.run(40);
    // As restoring a snapshot would: bytes change behind the engine's back.
    machine.memory.u8.set(toy('addi', 2, 2, 2), machine.memory.frameAddress(1));
    machine.engine.flush();
    machine.engine.run(40);
    expect(machine.reg('r2')).toBe(20 + 40);
  });

  it('goes on when there are too many blocks, and still sees writes to code', () => {
    const run = (maxBlocks: number) => {
      const machine = toyMachine({ maxBlocks });
      // Jumps forth through 32 blocks, and back; the first block rewrites an instruction of the last.
      const jumps = Array.from({ length: 31 }, () => [...toy('addi', 2, 2, 1), ...toy('jmp', 0, 1)]);
      const store = [...toy('addi', 3, 3, 1), ...toy('sb', 3, 6, 2), ...toy('system', 0, TOY_SYSTEM.setIe, 0)];
      machine.poke(USER_CODE, [...store, ...jumps.flat(), ...toy('li', 4, 0), ...toy('jmp', 0, -66)]);
      machine.setReg('r6', USER_CODE + 4 * 65);
      machine.engine.run(67 * 100);
      return {
        r2: machine.reg('r2'),
        r3: machine.reg('r3'),
        r4: machine.reg('r4'),
        lifted: machine.engine.counters.blocksLifted,
      };
    };
    const few = run(8);
    const many = run(1000);
    expect(few.lifted).toBeGreaterThan(many.lifted * 5);
    expect([few.r2, few.r3, few.r4]).toEqual([many.r2, many.r3, many.r4]);
    expect([few.r3, few.r4]).toEqual([100, 100]);
  });
});

describe('mappings', () => {
  it('sees another frame mapped at the same address', () => {
    const machine = machineWith(toy('li', 2, 1), toy('jmp', 0, -1));
    machine.engine.run(4);
    machine.map(USER_CODE, RX);
    machine.poke(USER_CODE, code(toy('li', 2, 2), LOOP_FOREVER));
    machine.cpu.pc = USER_CODE;
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(2);
  });

  it('faults once a page is no longer executable', () => {
    const machine = withVector(machineWith(toy('li', 2, 1), toy('jmp', 0, -1)));
    machine.engine.run(4);
    machine.mapFrame(USER_CODE, 1, RX & ~8);
    machine.engine.run(1);
    expect([machine.reg('cause'), machine.reg('error')]).toEqual([TOY_PAGE_FAULT, 6]);
  });

  it('shares lifted blocks between address spaces that map the same frame', () => {
    const machine = machineWith(toy('li', 2, 1), toy('jmp', 0, -1));
    machine.engine.run(10);
    const lifted = machine.engine.counters.blocksLifted;
    const other = machine.mmu.createSpace();
    machine.mapFrame(USER_CODE, 1, RX, other);
    machine.mmu.activate(other);
    machine.cpu.pc = USER_CODE;
    machine.engine.run(10);
    expect(machine.engine.counters.blocksLifted).toBe(lifted);
    expect(machine.engine.counters.instructions).toBe(20);
  });

  it('does not share a block whose second page differs', () => {
    const machine = machineWith();
    const straddling = USER_CODE + 0xffe;
    machine.poke(straddling, toy('li', 2, 0x0101));
    machine.cpu.pc = straddling;
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(0x0101);
    const frame = machine.map(USER_CODE + 0x1000, RX);
    machine.memory.writeFrame(frame, 0, Uint8Array.of(0x02, 0x03, ...LOOP_FOREVER));
    machine.cpu.pc = straddling;
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(0x0302);
  });

  it('switches address space in a system routine', () => {
    const machine = machineWith(toy('system', 1, TOY_SYSTEM.setSpace, 0), toy('li', 2, 1));
    const other = machine.mmu.createSpace();
    const frame = machine.map(USER_CODE, RX, other);
    machine.memory.writeFrame(frame, 4, Uint8Array.from(code(toy('li', 2, 8), LOOP_FOREVER)));
    machine.setReg('r1', other.id);
    machine.engine.run(2);
    expect(machine.reg('r2')).toBe(8);
  });
});

describe('hooks', () => {
  it('tells blocks and memory accesses, with the same outcome', () => {
    const plain = machineWith(toy('li', 1, 7), toy('st', 1, 5, 8), toy('xchg', 2, 5, 8), toy('lb', 3, 5, 9));
    plain.engine.run(4);
    const machine = machineWith(toy('li', 1, 7), toy('st', 1, 5, 8), toy('xchg', 2, 5, 8), toy('lb', 3, 5, 9));
    const blocks: number[] = [];
    const accesses: unknown[] = [];
    machine.engine.onBlock = (pc) => blocks.push(pc);
    machine.engine.onMemoryAccess = (address, bytes, access) => accesses.push([address - USER_DATA, bytes, access]);
    machine.engine.run(4);
    expect(blocks).toEqual([USER_CODE]);
    expect(accesses).toEqual([
      [8, 4, 'write'],
      [8, 4, 'write'],
      [8, 4, 'write'],
      [9, 1, 'read'],
    ]);
    for (const name of ['r1', 'r2', 'r3', 'pc']) expect(machine.reg(name)).toBe(plain.reg(name));
    machine.engine.onMemoryAccess = undefined;
    machine.cpu.pc = USER_CODE;
    machine.engine.run(4);
    expect(accesses).toHaveLength(4);
  });
});
