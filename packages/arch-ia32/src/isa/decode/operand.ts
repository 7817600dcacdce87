/**
 * Operand codes of SDM vol. 2, appendix A.2: an addressing method in capitals, then a type.
 *
 *     A  far pointer in the instruction     N  MMX register in rm      V  XMM register in reg
 *     C  control register in reg            O  offset in the instr.    W  XMM register or memory
 *     D  debug register in reg              P  MMX register in reg     X  memory at DS:(E)SI
 *     E  general register or memory         Q  MMX register or memory  Y  memory at ES:(E)DI
 *     G  general register in reg            R  general register in rm  Z  general register in the
 *     I  immediate, J relative branch       S  segment register in reg    opcode (ours: Zv is the
 *     M  memory                             U  XMM register in rm         manual's "eAX/r8")
 *
 *     b byte  w word  d doubleword  q quadword  dq 16 bytes  v by operand size  z as v for
 *     immediates  p far pointer  a BOUND's pair  s pseudo-descriptor  ps pd ss sd pi as they say
 *     sb sign-extended byte (Isb; the manual's sIb)   t 10 bytes   fw/fd/fq x87 integers and reals
 *     env / state  x87 environment and state, fx 512 bytes, n: no size (LEA, INVLPG)
 *
 * Fixed operands: AL CL AX DX eAX (by operand size), 1, 3, ES CS SS DS FS GS, ST0, STi.
 */
export interface Operand {
  readonly code: string;
  /** Addressing method, or 'fixed'. */
  readonly method: string;
  readonly type: string;
  /** General-register operand or immediate: its width in bits, 0 meaning "by operand size". */
  readonly width: 0 | 8 | 16 | 32;
  /** Fixed register's number in its file; for the constants 1 and 3 the value. */
  readonly fixed: number;
}

const FIXED: Readonly<Record<string, readonly [type: string, width: 0 | 8 | 16 | 32, number: number]>> = {
  AL: ['reg', 8, 0],
  CL: ['reg', 8, 1],
  AX: ['reg', 16, 0],
  DX: ['reg', 16, 2],
  eAX: ['reg', 0, 0],
  '1': ['const', 8, 1],
  '3': ['const', 8, 3],
  ES: ['seg', 16, 0],
  CS: ['seg', 16, 1],
  SS: ['seg', 16, 2],
  DS: ['seg', 16, 3],
  FS: ['seg', 16, 4],
  GS: ['seg', 16, 5],
  ST0: ['st', 32, 0],
  STi: ['sti', 32, 0],
};

const WIDTH: Readonly<Record<string, 0 | 8 | 16 | 32>> = { b: 8, sb: 0, w: 16, d: 32, v: 0, z: 0 };

/** Methods that need a ModRM byte. */
const MODRM_METHODS = 'CDEGMNPQRSUVW';

/** Parses 'Ev,Gv'. Throws TypeError on a code it does not know. */
export function parseOperands(text: string): readonly Operand[] {
  return text === '' ? [] : text.split(',').map(parseOperand);
}

function parseOperand(code: string): Operand {
  const fixed = FIXED[code];
  if (fixed) return { code, method: 'fixed', type: fixed[0], width: fixed[1], fixed: fixed[2] };
  const method = code[0]!;
  const type = code.slice(1);
  if (!/^[ACDEGIJMNOPQRSUVWXYZ]$/.test(method)) throw new TypeError(`unknown operand code '${code}'`);
  return { code, method, type, width: WIDTH[type] ?? 32, fixed: 0 };
}

/** Whether the operands imply a ModRM byte. */
export function needsModrm(operands: readonly Operand[]): boolean {
  return operands.some((operand) => MODRM_METHODS.includes(operand.method));
}

/** The forms of rm an operand list allows: memory, register. */
export function rmForms(operands: readonly Operand[]): { readonly memory: boolean; readonly register: boolean } {
  for (const operand of operands) {
    if (operand.method === 'M') return { memory: true, register: false };
    if ('NRU'.includes(operand.method) || operand.type === 'sti') return { memory: false, register: true };
  }
  return { memory: true, register: true };
}
