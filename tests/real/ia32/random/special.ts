import type { Random } from '../../random/prng.ts';
import { SCRATCH } from './layout.ts';

/** A case while it is made. */
export interface Draft {
  readonly registers: number[];
  eflags: number;
  readonly scratch: Uint8Array;
  /** Address of the memory operand, if there is one. */
  readonly target: number | undefined;
  /** Operand size in bits, and the last immediate and ModRM byte (-1: none). */
  readonly opSize: 16 | 32;
  readonly imm: number;
  readonly imm2: number;
  readonly modrm: number;
  /** Last opcode byte. */
  readonly opcode: number;
  readonly repeated: boolean;
  /** EFLAGS bits that are not compared. */
  undefinedFlags: number;
}

const EAX = 0;
const ECX = 1;
const EDX = 2;
const EBX = 3;
const ESP = 4;
const EBP = 5;
const ESI = 6;
const EDI = 7;

const CF = 0x1;
const AF = 0x10;
const OF = 0x800;
const DF = 0x400;

function put32(scratch: Uint8Array, address: number, value: number): void {
  for (let i = 0; i < 4; i++) scratch[address - SCRATCH + i] = value >>> (8 * i);
}

/** Count of a shift or rotate: by its opcode the immediate, 1, or CL. */
function shiftCount(draft: Draft): number {
  if (draft.opcode === 0xd0 || draft.opcode === 0xd1) return 1;
  const immediate = [0xc0, 0xc1, 0xa4, 0xac].includes(draft.opcode);
  return (immediate ? draft.imm : draft.registers[ECX]!) & 31;
}

function shiftWidth(draft: Draft): number {
  return draft.opcode & 1 || draft.opcode === 0xa4 || draft.opcode === 0xac ? draft.opSize : 8;
}

/**
 * A count of 0 leaves all flags, 1 defines OF, and one beyond the operand loses CF. SDM vol. 2, SAL/SAR/SHL/SHR: CF
 * "is undefined for SHL and SHR instructions where the count is greater than or equal to the size (in bits) of the
 * destination operand. The OF flag is affected only for 1-bit shifts […]; otherwise, it is undefined. […] For a
 * non-zero count, the AF flag is undefined." SAR's CF is defined; it goes with the others here.
 */
function shift(draft: Draft): boolean {
  const count = shiftCount(draft);
  if (count === 0) draft.undefinedFlags = 0;
  else draft.undefinedFlags = AF | (count === 1 ? 0 : OF) | (count >= shiftWidth(draft) ? CF : 0);
  return true;
}

/** SDM vol. 2, RCL/RCR/ROL/ROR: OF is defined for rotates by 1 only; a count of 0 leaves all flags. */
function rotate(draft: Draft): boolean {
  const count = shiftCount(draft);
  draft.undefinedFlags = count <= 1 ? 0 : OF;
  return true;
}

function doubleShift(draft: Draft): boolean {
  const count = shiftCount(draft);
  // SDM vol. 2, SHLD and SHRD, operation: if COUNT > SIZE, "DEST is undefined; CF, OF, SF, ZF, AF, PF are undefined".
  if (count > draft.opSize) return false;
  draft.undefinedFlags = count === 0 ? 0 : AF | (count === 1 ? 0 : OF);
  return true;
}

function string(draft: Draft, random: Random): boolean {
  draft.registers[ESI] = SCRATCH + 192 + random.below(64);
  draft.registers[EDI] = SCRATCH + 192 + random.below(64);
  if (random.chance(30)) draft.eflags |= DF;
  if (draft.repeated) draft.registers[ECX] = random.below(random.chance(50) ? 3 : 13);
  // Let REPE and REPNE find equal and unequal elements.
  const kinds = random.pick([1, 2, 3, 256]);
  for (let i = 0; i < draft.scratch.length; i++) draft.scratch[i]! %= kinds;
  if (random.chance(50)) draft.registers[EAX] = random.below(kinds);
  return true;
}

function divide(draft: Draft, random: Random): boolean {
  switch (random.below(4)) {
    case 0:
      draft.registers[EDX] = 0;
      break;
    case 1:
      draft.registers[EDX] = draft.registers[EAX]! & 0x80000000 ? 0xffffffff : 0;
      break;
    case 2:
      draft.registers[EDX] = random.below(16);
      break;
    default:
  }
  if (random.chance(50)) draft.registers[EAX] = (draft.registers[EAX]! & 0xffff) % random.pick([16, 256, 4096]);
  return true;
}

function compareExchange(draft: Draft, random: Random): boolean {
  if (draft.target !== undefined && random.chance(60)) {
    put32(draft.scratch, draft.target, draft.registers[EAX]!);
    put32(draft.scratch, draft.target + 4, draft.registers[EDX]!);
  }
  return true;
}

/** The bit number reaches beyond the operand, but not beyond the scratch area. */
function bitTest(draft: Draft, random: Random): boolean {
  const byRegister = [0xa3, 0xab, 0xb3, 0xbb].includes(draft.opcode);
  if (!byRegister || draft.target === undefined) return true;
  const register = (draft.modrm >> 3) & 7;
  const before = draft.registers[register]!;
  draft.registers[register] = (random.below(1024) - 512) >>> 0;
  // A register that also makes the address would move it.
  return before === draft.registers[register] || !addressRegisters(draft).includes(register);
}

function addressRegisters(draft: Draft): number[] {
  const rm = draft.modrm & 7;
  // With a SIB byte, any.
  return rm === 4 ? [0, 1, 2, 3, 4, 5, 6, 7] : [rm];
}

function popFlags(draft: Draft): boolean {
  const esp = draft.registers[ESP]!;
  // No TF, NT, AC or IOPL: they would act on the test program itself.
  put32(draft.scratch, esp, draft.registers[EAX]! & 0x200cd5);
  return true;
}

/** SDM vol. 2, MASKMOVQ and MASKMOVDQU: whether bytes that are not stored fault is implementation-dependent. */
function maskedMove(draft: Draft, random: Random): boolean {
  draft.registers[EDI] = SCRATCH + 128 + random.below(200);
  return true;
}

/** A processor writes some registers of a POPA that faults in the middle; the machine writes none. Not the manual's. */
function popAll(draft: Draft): boolean {
  return draft.registers[ESP]! >= SCRATCH && draft.registers[ESP]! < SCRATCH + 512;
}

type Setup = (draft: Draft, random: Random) => boolean;

/** What a mnemonic needs beside random registers: false rejects the draft. */
export const SETUPS: Readonly<Record<string, Setup>> = {
  shl: shift,
  shr: shift,
  sar: shift,
  rol: rotate,
  ror: rotate,
  rcl: rotate,
  rcr: rotate,
  shld: doubleShift,
  shrd: doubleShift,
  movs: string,
  stos: string,
  lods: string,
  cmps: string,
  scas: string,
  div: divide,
  idiv: divide,
  cmpxchg: compareExchange,
  cmpxchg8b: compareExchange,
  bt: bitTest,
  bts: bitTest,
  btr: bitTest,
  btc: bitTest,
  'popfw|popf': popFlags,
  'popaw|popa': popAll,
  // ARPL here always takes its operand for writing; a processor only where it changes it.
  arpl: (draft) => draft.target === undefined || draft.target < SCRATCH + 512,
  maskmovq: maskedMove,
  maskmovdqu: maskedMove,
  // SDM vol. 2, BSWAP: with a 16-bit register the result is undefined.
  bswap: (draft) => draft.opSize === 32,
  xlat(draft, random) {
    draft.registers[EBX] = SCRATCH + random.below(200);
    return true;
  },
  enter(draft, random) {
    draft.registers[EBP] = SCRATCH + 300 + 4 * random.below(16);
    return draft.imm <= 0x60 && (draft.imm2 & 31) <= 12;
  },
  'leavew|leave'(draft, random) {
    draft.registers[EBP] = SCRATCH + 128 + random.below(128);
    return draft.opSize === 32;
  },
};
