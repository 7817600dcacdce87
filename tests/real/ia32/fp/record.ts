/** The records that native-cases.c and our machine both run: one instruction with its whole state. */

export const RECORD_BYTES = 1152;
const CODE = 0;
const REGS = 16;
const EFLAGS = 48;
const SIGNAL = 52;
const TRAP = 56;
const FX = 64;
const MEM = 576;

/** Where the memory operand lies, natively and here. */
export const DATA_ADDRESS = 0x20000000;
export const MEM_BYTES = 576;

/** One case, or its outcome: a view of its bytes. */
export class Case {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(bytes: Uint8Array = new Uint8Array(RECORD_BYTES)) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_BYTES);
  }

  get code(): Uint8Array {
    return this.bytes.subarray(CODE, CODE + this.bytes[15]!);
  }
  setCode(code: readonly number[]): void {
    this.bytes.set(code, CODE);
    this.bytes[15] = code.length;
  }
  reg(n: number): number {
    return this.view.getUint32(REGS + n * 4, true);
  }
  setReg(n: number, value: number): void {
    this.view.setUint32(REGS + n * 4, value, true);
  }
  get eflags(): number {
    return this.view.getUint32(EFLAGS, true);
  }
  set eflags(value: number) {
    this.view.setUint32(EFLAGS, value, true);
  }
  /** The signal raised; 0 for none. */
  get signal(): number {
    return this.view.getUint32(SIGNAL, true);
  }
  /** The vector behind it. */
  get trap(): number {
    return this.view.getUint32(TRAP, true);
  }
  setTrap(signal: number, vector: number): void {
    this.view.setUint32(SIGNAL, signal, true);
    this.view.setUint32(TRAP, vector, true);
  }
  /** The FXSAVE image. */
  get fx(): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + FX, 512);
  }
  get memory(): Uint8Array {
    return this.bytes.subarray(MEM, MEM + MEM_BYTES);
  }
}
