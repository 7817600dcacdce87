import { GuestFault } from '@kml/core';
import { expect, test } from 'vitest';
import { reg } from '../state.ts';
import { SEL, SegmentMachine, STACK } from '../testing/segment-machine.ts';
import { PF } from '../vectors.ts';
import { deliverFault } from './deliver.ts';
import { EFL, FLAG_CF, FLAG_IF, FLAG_PF, FLAG_RF, readEflags, writeEflags } from './eflags.ts';
import { enterFlatGate } from './fast-gate.ts';
import { updateMode } from './mode.ts';

const IDT = 0x7000;
const TSS = 0x4000;
const HANDLER = 0x1234_5678;
const PROGRAM = 0x1010;
const [INTERRUPT_GATE, TRAP_GATE] = [0x8e00, 0x8f00];

function machine(cpl: 0 | 3, gate: number): SegmentMachine {
  const m = new SegmentMachine(cpl);
  m.map(IDT, 0x1000);
  m.write32(IDT + 8 * PF, (SEL.code0 << 16) | (HANDLER & 0xffff));
  m.write32(IDT + 8 * PF + 4, (HANDLER & 0xffff_0000) | gate);
  m.write32(TSS + 4, STACK + 0xf00);
  m.write32(TSS + 8, SEL.data0);
  m.set({ idtrBase: IDT, idtrLimit: 0x7ff });
  writeEflags(m.cpu, FLAG_CF | FLAG_PF | FLAG_IF | 2);
  updateMode(m.cpu);
  m.cpu.pc = PROGRAM;
  return m;
}

function writeTo(address: number): GuestFault {
  const fault = new GuestFault();
  fault.access = 'write';
  fault.address = address;
  fault.present = true;
  return fault;
}

const frame = (m: SegmentMachine) => [...m.read(m.cpu.get(reg('esp')), 24)];

for (const cpl of [0, 3] as const) {
  for (const gate of [INTERRUPT_GATE, TRAP_GATE]) {
    test(`a page fault at CPL ${cpl} by gate 0x${gate.toString(16)} comes out the same by the common way and the general one`, () => {
      const m = machine(cpl, gate);
      const { cpu } = m;
      const before = new Uint8Array(cpu.layout.size);
      const states = [new Uint8Array(before.length), new Uint8Array(before.length)] as const;
      cpu.saveState(before);
      // No table is translated yet: the general way, which has them translated.
      expect(enterFlatGate(cpu, PF, false, true, 0, PROGRAM)).toBe(false);
      deliverFault(cpu, writeTo(0x9000));
      cpu.saveState(states[0]);
      const general = frame(m);
      m.write(cpu.get(reg('esp')), new Array(24).fill(0xee));
      cpu.loadState(before);
      const error = cpl === 3 ? 7 : 3;
      cpu.set(reg('cr2'), 0x9000);
      expect(enterFlatGate(cpu, PF, false, true, error, PROGRAM)).toBe(true);
      cpu.saveState(states[1]);
      const words = cpl === 3 ? 6 : 4;
      expect(states[1]).toEqual(states[0]);
      expect(frame(m).slice(0, 4 * words)).toEqual(general.slice(0, 4 * words));
      expect(cpu.pc >>> 0).toBe(HANDLER);
      expect(m.read(cpu.get(reg('esp')), 4)[0]).toBe(error);
      expect(cpu.get(EFL) & FLAG_IF).toBe(gate === TRAP_GATE ? FLAG_IF : 0);
      expect(readEflags(cpu) & FLAG_RF).toBe(0);
    });
  }
}
