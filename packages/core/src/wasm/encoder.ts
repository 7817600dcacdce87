import type { ValueType } from '../ir/ops.ts';

/** WebAssembly's number of a value type. */
export const WASM_TYPE: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Block type "no result" and section numbers. WebAssembly core specification, 5.3.2 and 5.5. */
export const VOID = 0x40;
const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, export: 7, element: 9, code: 10 } as const;

/** The opcodes that are not operations of the IR. */
export const OPCODE = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  f32Load: 0x2a,
  f64Load: 0x2b,
  i32Load8S: 0x2c,
  i32Load8U: 0x2d,
  i32Load16S: 0x2e,
  i32Load16U: 0x2f,
  i32Store: 0x36,
  i64Store: 0x37,
  f32Store: 0x38,
  f64Store: 0x39,
  i32Store8: 0x3a,
  i32Store16: 0x3b,
  i32Const: 0x41,
  i64Const: 0x42,
  v128Load: 0xfd00,
  v128Store: 0xfd0b,
  memoryCopy: 0xfc0a,
  memoryFill: 0xfc0b,
  refFunc: 0xd2,
} as const;

/** A growable run of bytes with WebAssembly's integer encodings. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
  }

  byte(value: number): this {
    if (this.length === this.bytes.length) this.grow(1);
    this.bytes[this.length++] = value;
    return this;
  }

  /** Unsigned LEB128 of a uint32. */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of an int32. */
  s32(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return this.byte(low);
      this.byte(low | 0x80);
    }
  }

  /** Signed LEB128 of an int64 given as two int32 halves. */
  s64(low: number, high: number): this {
    let lo = low | 0;
    let hi = high | 0;
    for (;;) {
      const bits = lo & 0x7f;
      lo = (lo >>> 7) | (hi << 25);
      hi >>= 7;
      const positive = lo === 0 && hi === 0 && (bits & 0x40) === 0;
      const negative = lo === -1 && hi === -1 && (bits & 0x40) !== 0;
      if (positive || negative) return this.byte(bits);
      this.byte(bits | 0x80);
    }
  }

  /** A name: length and UTF-8; ASCII only. */
  name(text: string): this {
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
    return this;
  }

  append(other: ByteWriter): this {
    return this.appendBytes(other.bytes.subarray(0, other.length));
  }

  appendBytes(bytes: Uint8Array): this {
    if (this.length + bytes.length > this.bytes.length) this.grow(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  private grow(need: number): void {
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.length + need));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
  }
}

/** Instructions of one function body, in order. */
export class CodeWriter extends ByteWriter {
  /** Where conditional branches stand that are seldom taken. */
  readonly rare: number[] = [];

  override append(other: ByteWriter): this {
    if (other instanceof CodeWriter) for (const at of other.rare) this.rare.push(this.length + at);
    return super.append(other);
  }

  /** An opcode as the IR table writes it: 0xNN, or 0xfcNN / 0xfdNN for the prefixed ones (0xfd1NN for SIMD from 0x100 up). */
  op(opcode: number): this {
    if (opcode < 0x100) return this.byte(opcode);
    const prefix = opcode > 0xffff ? opcode >> 12 : opcode >> 8;
    return this.byte(prefix).u32(opcode > 0xffff ? opcode & 0xfff : opcode & 0xff);
  }
  i32Const(value: number): this {
    return this.byte(OPCODE.i32Const).s32(value);
  }
  /** i32.const in five bytes whatever the value, to be patched: gives the place for patchConst. */
  i32ConstPatched(): number {
    this.byte(OPCODE.i32Const);
    for (let i = 0; i < 4; i++) this.byte(0x80);
    this.byte(0);
    return this.length - 5;
  }
  /** Sets the value (not negative, below 2^28) of a constant written by i32ConstPatched. */
  patchConst(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.bytes[at + i] = ((value >>> (7 * i)) & 0x7f) | 0x80;
  }
  i64Const(low: number, high: number): this {
    return this.byte(OPCODE.i64Const).s64(low, high);
  }
  /** v128.const of four words, lowest first. */
  v128Const(words: ArrayLike<number>): this {
    return this.op(0xfd0c).words(words);
  }
  /** Four little-endian words: the immediate of v128.const and i8x16.shuffle. */
  words(words: ArrayLike<number>): this {
    for (let i = 0; i < 16; i++) this.byte((words[i >> 2]! >>> ((i & 3) * 8)) & 0xff);
    return this;
  }
  get(local: number): this {
    return this.byte(OPCODE.localGet).u32(local);
  }
  set(local: number): this {
    return this.byte(OPCODE.localSet).u32(local);
  }
  tee(local: number): this {
    return this.byte(OPCODE.localTee).u32(local);
  }
  /** A load or store: opcode, log2 of the alignment promised, static offset. */
  memory(opcode: number, align: number, offset: number): this {
    return this.op(opcode).u32(align).u32(offset);
  }
  br(depth: number): this {
    return this.byte(OPCODE.br).u32(depth);
  }
  brIf(depth: number): this {
    return this.byte(OPCODE.brIf).u32(depth);
  }
  /** brIf of what seldom happens: the compiler keeps its code, and what it must save for it, out of the way. */
  brIfRarely(depth: number): this {
    this.rare.push(this.length);
    return this.brIf(depth);
  }
  /** `if` of what seldom happens. */
  ifRarely(result?: ValueType): this {
    this.rare.push(this.length);
    return this.byte(OPCODE.if).byte(result === undefined ? VOID : WASM_TYPE[result]);
  }
  call(functionIndex: number): this {
    return this.byte(OPCODE.call).u32(functionIndex);
  }
  end(): this {
    return this.byte(OPCODE.end);
  }
}

/** A function as modules have it, any that have the same imports and types. */
export interface EncodedFunction {
  /** Its locals, its body, `end`. */
  readonly bytes: Uint8Array;
  /** Its branch hints: how many, then each. WebAssembly branch hinting proposal. */
  readonly hints: Uint8Array;
}

/** Encodes a function of these locals, beside the parameters, and this body, without the final `end`. */
export function encodeFunction(locals: readonly ValueType[], body: CodeWriter): EncodedFunction {
  const code = new ByteWriter(body.length + 64);
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  code.u32(runs.length);
  for (const run of runs) code.u32(run.count).byte(WASM_TYPE[run.type]);
  const hints = new ByteWriter(4 * body.rare.length + 8);
  if (body.rare.length > 0) hints.u32(body.rare.length);
  for (const at of body.rare) {
    hints
      .u32(code.length + at)
      .byte(1)
      .byte(0);
  }
  return { bytes: code.append(body).byte(OPCODE.end).finish(), hints: hints.finish() };
}

/**
 * Builds a module: imports first (functions, one memory, one table), then functions with bodies.
 * Function numbers count the imports. Everything is written in the order of the calls.
 */
export class ModuleWriter {
  private readonly types = new ByteWriter();
  private readonly typeNumbers = new Map<string, number>();
  private readonly imports = new ByteWriter();
  private readonly functions = new ByteWriter();
  private readonly exports = new ByteWriter();
  private readonly elements = new ByteWriter();
  private readonly code = new ByteWriter(4096);
  private readonly hinted: boolean;
  private readonly hints = new ByteWriter();
  private hintedFunctions = 0;
  private importCount = 0;
  private importedFunctions = 0;
  private functionCount = 0;
  private exportCount = 0;
  private readonly tables = new ByteWriter(32);
  private tableCount = 0;
  private elementCount = 0;

  /** @param hinted with what its functions say of branches that are seldom taken (CodeWriter) */
  constructor(hinted = false) {
    this.hinted = hinted;
  }

  /** Number of the function type, declared once. */
  type(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}>${results.join()}`;
    let number = this.typeNumbers.get(key);
    if (number === undefined) {
      number = this.typeNumbers.size;
      this.typeNumbers.set(key, number);
      this.types.byte(0x60).u32(parameters.length);
      for (const type of parameters) this.types.byte(WASM_TYPE[type]);
      this.types.u32(results.length);
      for (const type of results) this.types.byte(WASM_TYPE[type]);
    }
    return number;
  }

  /** Imports a function; call before the first addFunction. Returns its function number. */
  importFunction(module: string, name: string, type: number): number {
    if (this.functionCount > 0) throw new TypeError('imports come before functions');
    this.imports.name(module).name(name).byte(0).u32(type);
    this.importCount++;
    return this.importedFunctions++;
  }

  /** Imports the memory, of any size that has a maximum. */
  importMemory(module: string, name: string): void {
    this.imports.name(module).name(name).byte(2).byte(1).u32(1).u32(65536);
    this.importCount++;
  }

  /** Imports the function table, of at least `minimum` elements. */
  importTable(module: string, name: string, minimum: number): void {
    this.imports.name(module).name(name).byte(1).byte(0x70).byte(0).u32(minimum);
    this.importCount++;
  }

  /** Imports a function table of just `size` elements, all of them functions of this type: a call through it checks neither size nor type. */
  importTypedTable(module: string, name: string, size: number, type: number): void {
    this.imports.name(module).name(name).byte(1).append(typedTable(size, type));
    this.importCount++;
  }

  /** Defines and exports such a table, filled with one function, which is exported, too. */
  defineTypedTable(exportName: string, size: number, type: number, filledWith: number): void {
    this.tables.byte(0x40).byte(0).append(typedTable(size, type));
    this.tables.byte(OPCODE.refFunc).u32(filledWith).byte(OPCODE.end);
    this.tableCount++;
    this.exports.name(exportName).byte(1).u32(0);
    this.exportCount++;
  }

  /** Defines the function table, of these functions. */
  defineTable(functions: readonly number[]): void {
    // Active, at offset 0 of table 0.
    this.elements.u32(0).byte(OPCODE.i32Const).s32(0).byte(OPCODE.end).u32(functions.length);
    for (const number of functions) this.elements.u32(number);
    this.elementCount++;
    this.tables.byte(0x70).byte(0).u32(functions.length);
    this.tableCount++;
  }

  /** Number the next addFunction will give. */
  get nextFunction(): number {
    return this.importedFunctions + this.functionCount;
  }

  /** Adds a function: its locals beside the parameters, its body without the final `end`. Returns its function number. */
  addFunction(type: number, locals: readonly ValueType[], body: CodeWriter, exportName?: string): number {
    return this.addEncoded(type, encodeFunction(locals, body), exportName);
  }

  /** Adds a function in the form encodeFunction gives. */
  addEncoded(type: number, code: EncodedFunction, exportName?: string): number {
    this.functions.u32(type);
    const number = this.nextFunction;
    this.functionCount++;
    if (this.hinted && code.hints.length > 0) {
      this.hintedFunctions++;
      this.hints.u32(number).appendBytes(code.hints);
    }
    this.code.u32(code.bytes.length).appendBytes(code.bytes);
    if (exportName !== undefined) {
      this.exports.name(exportName).byte(0).u32(number);
      this.exportCount++;
    }
    return number;
  }

  private hintSection(out: ByteWriter): void {
    const body = new ByteWriter(this.hints.length + 64).name('metadata.code.branch_hint').u32(this.hintedFunctions);
    body.append(this.hints);
    out.byte(SECTION.custom).u32(body.length).append(body);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter(this.code.length + 1024);
    for (const byte of [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
    section(out, SECTION.type, this.typeNumbers.size, this.types);
    if (this.importCount > 0) section(out, SECTION.import, this.importCount, this.imports);
    section(out, SECTION.function, this.functionCount, this.functions);
    if (this.tableCount > 0) section(out, SECTION.table, this.tableCount, this.tables);
    if (this.exportCount > 0) section(out, SECTION.export, this.exportCount, this.exports);
    if (this.elementCount > 0) section(out, SECTION.element, this.elementCount, this.elements);
    if (this.hintedFunctions > 0) this.hintSection(out);
    section(out, SECTION.code, this.functionCount, this.code);
    return out.finish();
  }
}

/** Table type of `size` elements that are references, not null, to functions of this type. */
function typedTable(size: number, type: number): ByteWriter {
  return new ByteWriter(16).byte(0x64).u32(type).byte(1).u32(size).u32(size);
}

function section(out: ByteWriter, id: number, count: number, items: ByteWriter): void {
  const head = new ByteWriter(8).u32(count);
  out
    .byte(id)
    .u32(head.length + items.length)
    .append(head)
    .append(items);
}
