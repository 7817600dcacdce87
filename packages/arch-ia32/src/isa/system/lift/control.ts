/** Control, debug and model-specific registers; descriptor-table registers; cache control. */
import type { Insn } from '../../lift/insn.ts';
import { UD } from '../../vectors.ts';
import { CR0, CR2, CR3, CR4, DR, GDTR_BASE, GDTR_LIMIT, IDTR_BASE, IDTR_LIMIT, LDTR, TR } from '../registers.ts';
import { ROUTINE } from '../routines.ts';
import { privileged } from './privilege.ts';

const CONTROL = [CR0, undefined, CR2, CR3, CR4];

/** MOV r32, CRn. */
export const movFromControl = privileged((x) => {
  const slot = CONTROL[x.reg];
  if (slot === undefined) x.raise(UD);
  else x.set32(x.rm, x.b.get(slot));
});

/** MOV CRn, r32. */
export const movToControl = privileged((x) => {
  if (CONTROL[x.reg] === undefined) x.raise(UD);
  else x.system(ROUTINE.writeControl, x.const(x.reg), x.get32(x.rm));
});

/** DR4 and DR5 are other names of DR6 and DR7. */
function debugNumber(x: Insn): number {
  return x.reg === 4 || x.reg === 5 ? x.reg + 2 : x.reg;
}

/** MOV r32, DRn. */
export const movFromDebug = privileged((x) => {
  const number = debugNumber(x);
  x.set32(x.rm, x.b.get(DR[number < 4 ? number : number - 2]!));
});

/** MOV DRn, r32. */
export const movToDebug = privileged((x) => {
  const number = debugNumber(x);
  if (number < 4) x.b.set(x.get32(x.rm), DR[number]!);
  else x.system(ROUTINE.writeDebugControl, x.const(number), x.get32(x.rm));
});

export const lmsw = privileged((x) => x.system(ROUTINE.loadMachineStatus, x.read(0)));
export const clts = privileged((x) => x.system(ROUTINE.clearTaskSwitched));
export const rdmsr = privileged((x) => x.system(ROUTINE.readMsr));
export const wrmsr = privileged((x) => x.system(ROUTINE.writeMsr));

/** RDPMC: whether CPL 3 may is decided when it runs, since CR4.PCE is not in the mode word. */
export function rdpmc(x: Insn): void {
  x.system(ROUTINE.readCounter);
}

/** INVLPG: nothing to do, translations never outlive the entry they come from. */
export const invlpg = privileged((x) => {
  x.effectiveAddress();
});
/** INVD, WBINVD: there is no cache to see. */
export const cacheControl = privileged(() => {});

/** LGDT, LIDT: a 16-bit limit, then the base (24 bits of it with a 16-bit operand size). */
function loadTable(routine: number): (x: Insn) => void {
  return privileged((x) => {
    const address = x.mem(6, false, 0);
    const limit = x.load(address, 16);
    const base = x.load(x.b.add(address, x.const(2)), 32);
    x.system(routine, limit, x.opSize === 32 ? base : x.b.and(base, x.const(0xff_ffff)));
  });
}
export const lgdt = loadTable(ROUTINE.loadGdtr);
export const lidt = loadTable(ROUTINE.loadIdtr);

/** SGDT, SIDT: not privileged on these processors. */
function storeTable(limit: typeof GDTR_LIMIT, base: typeof GDTR_BASE): (x: Insn) => void {
  return (x) => {
    const address = x.mem(6, true, 0);
    x.b.probeW(address, 6);
    x.store(address, 16, x.b.get(limit));
    x.store(x.b.add(address, x.const(2)), 32, x.b.get(base));
  };
}
export const sgdt = storeTable(GDTR_LIMIT, GDTR_BASE);
export const sidt = storeTable(IDTR_LIMIT, IDTR_BASE);

/** SLDT, STR, SMSW: 16 bits into memory, the whole (zero-extended) register otherwise. */
function storeWord(slot: typeof LDTR): (x: Insn) => void {
  return (x) => {
    const value = x.b.get(slot);
    if (x.isMemory) x.store(x.mem(2, true), 16, value);
    else x.setReg(x.rm, x.opSize, value);
  };
}
export const sldt = storeWord(LDTR);
export const str = storeWord(TR);
export const smsw = storeWord(CR0);

export const lldt = privileged((x) => x.system(ROUTINE.loadLdtr, x.read(0)));
export const ltr = privileged((x) => x.system(ROUTINE.loadTaskRegister, x.read(0)));
