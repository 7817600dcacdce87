/**
 * Where a case's code and data lie, and the formats driver.c reads and writes (32-bit little-endian words):
 *
 *     case    code bytes, flags (1: floating-point state), code, 512 bytes of scratch, [512 bytes FXRSTOR image]
 *     result  vector (-1: none), error code, EIP, 8 registers, EFLAGS, 512 bytes of scratch, [512 bytes FXSAVE image]
 */
export const CODE = 0x20000000;
export const DATA = 0x20010000;
export const DATA_BYTES = 0x4000;
export const SCRATCH = 0x20011000;
export const SCRATCH_BYTES = 512;
export const CONTROL = 0x20020000;
export const FX_IN = CONTROL;
export const FX_OUT = CONTROL + 512;
export const FX_BYTES = 512;
/** Eight registers, EFLAGS, and the host's ESP. */
export const REGISTERS = CONTROL + 1024;
export const EFLAGS_OUT = REGISTERS + 32;
export const SAVED_ESP = REGISTERS + 36;
export const EFLAGS_IN = REGISTERS + 40;

/** One case: an instruction with the state it runs in. */
export interface RandomCase {
  /** Mnemonic and encoding of its row. */
  readonly name: string;
  readonly bytes: readonly number[];
  /** eax ecx edx ebx esp ebp esi edi. */
  readonly registers: readonly number[];
  readonly eflags: number;
  readonly scratch: Uint8Array;
  /** FXRSTOR image, for instructions that touch floating-point or SIMD state. */
  readonly fx: Uint8Array | undefined;
  /** EFLAGS bits to compare. */
  readonly flagsMask: number;
  /** How to compare FXSAVE images; exactly where undefined. Gives a complaint or undefined. */
  readonly compareFx?: (expected: Uint8Array, actual: Uint8Array) => string | undefined;
}

export interface RandomResult {
  /** Exception vector, or -1. */
  readonly vector: number;
  readonly error: number;
  /** Of an exception. */
  readonly eip: number;
  readonly registers: readonly number[];
  readonly eflags: number;
  readonly scratch: Uint8Array;
  readonly fx: Uint8Array | undefined;
}

const le32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];

/** The case as a function: sets the state, executes, stores the state. The instruction lies at `offset`. */
export function thunk(test: RandomCase): { readonly code: Uint8Array; readonly offset: number } {
  const code: number[] = [0x60, 0x89, 0x25, ...le32(SAVED_ESP)];
  if (test.fx) code.push(0x0f, 0xae, 0x0d, ...le32(FX_IN));
  code.push(0xc7, 0x05, ...le32(EFLAGS_IN), ...le32(test.eflags), 0xbc, ...le32(EFLAGS_IN), 0x9d);
  for (const n of [0, 1, 2, 3, 5, 6, 7, 4]) code.push(0xb8 + n, ...le32(test.registers[n]!));
  const offset = code.length;
  code.push(...test.bytes);
  for (let n = 0; n < 8; n++) code.push(0x89, 0x05 | (n << 3), ...le32(REGISTERS + 4 * n));
  code.push(0xbc, ...le32(EFLAGS_OUT + 4), 0x9c, 0xfc);
  if (test.fx) code.push(0x0f, 0xae, 0x05, ...le32(FX_OUT));
  code.push(0x8b, 0x25, ...le32(SAVED_ESP), 0x61, 0xc3);
  return { code: Uint8Array.from(code), offset };
}

/** The cases as driver.c reads them. */
export function encodeCases(cases: readonly RandomCase[]): Uint8Array {
  const parts = cases.flatMap((test) => {
    const { code } = thunk(test);
    const header = Uint8Array.from([...le32(code.length), ...le32(test.fx ? 1 : 0)]);
    return test.fx ? [header, code, test.scratch, test.fx] : [header, code, test.scratch];
  });
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The results of driver.c, case by case. Throws RangeError where the file is too short: the driver died. */
export function decodeResults(cases: readonly RandomCase[], bytes: Uint8Array): RandomResult[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return cases.map((test) => {
    const word = (index: number): number => view.getUint32(at + 4 * index, true);
    const vector = view.getInt32(at, true);
    const registers = Array.from({ length: 8 }, (_, n) => word(3 + n));
    const result = { vector, error: word(1), eip: word(2), registers, eflags: word(11) };
    at += 48;
    const scratch = bytes.subarray(at, (at += SCRATCH_BYTES));
    const fx = test.fx ? bytes.subarray(at, (at += FX_BYTES)) : undefined;
    if (at > bytes.length) throw new RangeError(`the driver ended at case ${cases.indexOf(test)}: ${test.name}`);
    return { ...result, scratch, fx };
  });
}
