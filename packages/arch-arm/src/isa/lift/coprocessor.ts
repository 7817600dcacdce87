import { defineRoutine } from '../host-functions.ts';
import { reg } from '../state.ts';
import { cp15Register, loadRegister } from '../system/cp15.ts';
import { UNDEFINED } from '../vectors.ts';
import { type Insn, PC } from './insn.ts';

const LOAD = defineRoutine(loadRegister);
const PMUSERENR = reg('pmuserenr');

/** MRC: into r15, bits 31 to 28 go to the flags. Only CP15 is there; CP10 and CP11 have rows of their own. */
export function mrc(x: Insn): void {
  const register = x.coproc === 15 ? cp15Register(x.CRn, x.opc1, x.CRm, x.opc2) : undefined;
  const ir = x.b;
  if (register === undefined || register.kind === 'operation') {
    x.undefined();
  } else if (register.kind === 'cycles') {
    if (!x.privileged) x.trapIf(ir.eqz(ir.and(ir.get(PMUSERENR), x.const(1))), UNDEFINED);
    finish(x, ir.wrap(ir.cycles()));
  } else if (register.kind === 'constant') {
    if (x.privileged) finish(x, x.const(register.value));
    else x.undefined();
  } else if (x.privileged || register.user !== undefined) {
    finish(x, ir.get(register.slot));
  } else x.undefined();
}

function finish(x: Insn, value: ReturnType<Insn['get']>): void {
  if (x.Rt === PC) x.flags.setFromWord(value);
  else x.set(x.Rt, value);
}

/** MCR. */
export function mcr(x: Insn): void {
  const register = x.coproc === 15 ? cp15Register(x.CRn, x.opc1, x.CRm, x.opc2) : undefined;
  if (register === undefined || x.Rt === PC) {
    x.undefined();
  } else if (register.kind === 'operation') {
    if (!x.privileged && !register.user) x.undefined();
  } else if (register.kind === 'slot' && (x.privileged || register.user === 'both')) {
    writeSlot(x, register);
  } else if (!x.privileged) x.undefined();
}

function writeSlot(x: Insn, register: Extract<ReturnType<typeof cp15Register>, { kind: 'slot' }>): void {
  const { slot, load } = register;
  if (load === undefined) {
    const value = x.get(x.Rt);
    x.b.set(x.ifExecuted(value, x.b.get(slot)), slot);
    return;
  }
  x.endsBlock();
  x.system(LOAD, x.get(x.Rt), x.const(load));
}
