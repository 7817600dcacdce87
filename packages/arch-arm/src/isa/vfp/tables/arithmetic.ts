/** VFP data processing. ARM ARM DDI0406C A7.5. */
import type { Row } from '../../decode/row.ts';
import type { HandlerPair } from '../arithmetic.ts';
import * as arithmetic from '../arithmetic.ts';
import { bothSizes } from './row.ts';

const MULTIPLY = { f32: 'vfpMultiply', f64: 'vfpMultiplyDouble' };
const DIVIDE = { f32: 'vfpDivide', f64: 'vfpDivideDouble' };

/** d ← n op m: opc1 and opc3 of A7.5. */
function three(
  name: string,
  section: string,
  opc1: string,
  opc3: string,
  cost: string | typeof MULTIPLY,
  handlers: HandlerPair,
) {
  const [high, low] = [opc1.slice(0, 1), opc1.slice(1)];
  return bothSizes(
    name,
    section,
    `cond:4 1110 ${high} D ${low} Vn Vd 101 sz N ${opc3} M 0 Vm`,
    `${name.toLowerCase()}{c}.{F} {Vd}, {Vn}, {Vm}`,
    cost,
    handlers,
  );
}

/** d ← op m: opc2 and opc3 of table A7-17. */
function two(
  name: string,
  section: string,
  opc2: string,
  opc3: string,
  cost: string | typeof MULTIPLY,
  handlers: HandlerPair,
) {
  return bothSizes(
    name,
    section,
    `cond:4 1110 1 D 11 ${opc2} Vd 101 sz ${opc3} M 0 Vm`,
    `${name.toLowerCase()}{c}.{F} {Vd}, {Vm}`,
    cost,
    handlers,
  );
}

export const arithmeticRows: readonly Row[] = [
  ...three('VMLA', 'A8.8.337', '000', '0', 'vfpAccumulate', arithmetic.multiplyAdd),
  ...three('VMLS', 'A8.8.337', '000', '1', 'vfpAccumulate', arithmetic.multiplySubtract),
  ...three('VNMLS', 'A8.8.355', '001', '0', 'vfpAccumulate', arithmetic.negatedMultiplySubtract),
  ...three('VNMLA', 'A8.8.355', '001', '1', 'vfpAccumulate', arithmetic.negatedMultiplyAdd),
  ...three('VMUL', 'A8.8.351', '010', '0', MULTIPLY, arithmetic.multiply),
  ...three('VNMUL', 'A8.8.355', '010', '1', MULTIPLY, arithmetic.negatedMultiply),
  ...three('VADD', 'A8.8.283', '011', '0', 'vfpAdd', arithmetic.add),
  ...three('VSUB', 'A8.8.415', '011', '1', 'vfpAdd', arithmetic.subtract),
  ...three('VDIV', 'A8.8.312', '100', '0', DIVIDE, arithmetic.divide),
  ...three('VFNMS', 'A8.8.319', '101', '0', 'vfpAccumulate', arithmetic.fusedNegatedMultiplySubtract),
  ...three('VFNMA', 'A8.8.319', '101', '1', 'vfpAccumulate', arithmetic.fusedNegatedMultiplyAdd),
  ...three('VFMA', 'A8.8.317', '110', '0', 'vfpAccumulate', arithmetic.fusedMultiplyAdd),
  ...three('VFMS', 'A8.8.317', '110', '1', 'vfpAccumulate', arithmetic.fusedMultiplySubtract),
  ...two('VMOV', 'A8.8.340', '0000', '01', 'vfpMove', arithmetic.move),
  ...two('VABS', 'A8.8.280', '0000', '11', 'vfpMove', arithmetic.absolute),
  ...two('VNEG', 'A8.8.354', '0001', '01', 'vfpMove', arithmetic.negate),
  ...two('VSQRT', 'A8.8.398', '0001', '11', DIVIDE, arithmetic.squareRoot),
  ...bothSizes(
    'VMOV',
    'A8.8.339',
    'cond:4 1110 1 D 11 imm:4 Vd 101 sz (0) 0 (0) 0 imm:4',
    'vmov{c}.{F} {Vd}, {fimm}',
    'vfpMove',
    arithmetic.moveImmediate,
  ),
  ...two('VCMP', 'A8.8.303', '0100', '01', 'vfpCompare', arithmetic.compareQuiet),
  ...two('VCMPE', 'A8.8.303', '0100', '11', 'vfpCompare', arithmetic.compareSignaling),
  ...withZero('VCMP', '01', arithmetic.compareZeroQuiet),
  ...withZero('VCMPE', '11', arithmetic.compareZeroSignaling),
];

function withZero(name: string, opc3: string, handlers: HandlerPair): Row[] {
  return bothSizes(
    name,
    'A8.8.303',
    `cond:4 1110 1 D 11 0101 Vd 101 sz ${opc3} (0) 0 (0000)`,
    `${name.toLowerCase()}{c}.{F} {Vd}, #0.0`,
    'vfpCompare',
    handlers,
  );
}
