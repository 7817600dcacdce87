import { OPCODE_NAMES } from './opcode-names.ts';

/** A function of a module, as text. */
export interface FunctionText {
  readonly index: number;
  /** Its export's name, if it has one. */
  readonly name: string | undefined;
  /** Types of the locals beside the parameters, in order. */
  readonly locals: readonly string[];
  /** One instruction a line, indented by nesting. */
  readonly lines: readonly string[];
}

const TYPES: Readonly<Record<number, string>> = { 127: 'i32', 126: 'i64', 125: 'f32', 124: 'f64', 123: 'v128' };
const VOID = 0x40;
/** Begins the type of a table's elements where they are functions of one type. */
const TYPED_REFERENCE = 0x64;
const SECTION = { import: 2, function: 3, export: 7, code: 10 } as const;
const KIND_FUNCTION = 0;
const KIND_TABLE = 1;
const HEADER_BYTES = 8;

/** Reads WebAssembly's encodings from bytes. Core specification, 5.2. */
class Reader {
  at: number;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** A signed integer of up to 64 bits. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
    }
  }

  name(): string {
    const length = this.u32();
    this.at += length;
    return String.fromCharCode(...this.bytes.subarray(this.at - length, this.at));
  }

  words(count: number): string {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, 4 * count);
    this.at += 4 * count;
    return Array.from(
      { length: count },
      (_, i) =>
        `0x${view
          .getUint32(4 * i, true)
          .toString(16)
          .padStart(8, '0')}`,
    ).join(' ');
  }

  float(bytes: 4 | 8): string {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.at, bytes);
    this.at += bytes;
    return String(bytes === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true));
  }
}

/** The functions of a module that ModuleWriter made (encoder.ts), as text. */
export function disassembleModule(bytes: Uint8Array): FunctionText[] {
  const reader = new Reader(bytes, HEADER_BYTES);
  let imported = 0;
  const names = new Map<number, string>();
  const functions: FunctionText[] = [];
  while (!reader.done) {
    const id = reader.byte();
    const end = reader.u32() + reader.at;
    if (id === SECTION.import) imported = countImports(reader);
    else if (id === SECTION.export) readExports(reader, names);
    else if (id === SECTION.code) readCode(reader, imported, names, functions);
    reader.at = end;
  }
  return functions;
}

function countImports(reader: Reader): number {
  let functions = 0;
  for (let left = reader.u32(); left > 0; left--) {
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind === KIND_FUNCTION) {
      reader.u32();
      functions++;
      continue;
    }
    if (kind === KIND_TABLE && reader.byte() === TYPED_REFERENCE) reader.u32();
    const flags = reader.byte();
    reader.u32();
    if (flags & 1) reader.u32();
  }
  return functions;
}

function readExports(reader: Reader, names: Map<number, string>): void {
  for (let left = reader.u32(); left > 0; left--) {
    const name = reader.name();
    const kind = reader.byte();
    const index = reader.u32();
    if (kind === KIND_FUNCTION) names.set(index, name);
  }
}

function readCode(reader: Reader, imported: number, names: ReadonlyMap<number, string>, into: FunctionText[]): void {
  const count = reader.u32();
  for (let place = 0; place < count; place++) {
    const end = reader.u32() + reader.at;
    const locals: string[] = [];
    for (let runs = reader.u32(); runs > 0; runs--) {
      const length = reader.u32();
      const type = TYPES[reader.byte()]!;
      for (let i = 0; i < length; i++) locals.push(type);
    }
    const index = imported + place;
    into.push({ index, name: names.get(index), locals, lines: readBody(reader, end) });
  }
}

function readBody(reader: Reader, end: number): string[] {
  const lines: string[] = [];
  let depth = 0;
  while (reader.at < end) {
    const opcode = reader.byte();
    const prefix = opcode >= 0xfc ? opcode : 0;
    const number = prefix ? reader.u32() : opcode;
    const name = OPCODE_NAMES[prefix]?.get(number) ?? `unknown_${opcode.toString(16)}_${number.toString(16)}`;
    if (name === 'end' || name === 'else') depth--;
    // The function's own end.
    if (depth < 0) break;
    lines.push(`${'  '.repeat(depth)}${name}${operands(reader, prefix, number, name)}`);
    if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++;
  }
  return lines;
}

function operands(reader: Reader, prefix: number, number: number, name: string): string {
  if (/^(?:block|loop|if)$/.test(name)) return blockType(reader);
  if (/^(?:br|br_if|call|return_call|ref\.func|local\..*|global\..*|table\.[gs]et)$/.test(name))
    return ` ${reader.u32()}`;
  if (name === 'br_table') return ` ${Array.from({ length: reader.u32() + 1 }, () => reader.u32()).join(' ')}`;
  if (/call_indirect$/.test(name)) {
    const type = reader.u32();
    reader.u32();
    return ` (type ${type})`;
  }
  if (/_lane(?:_[su])?$/.test(name) && !/(?:load|store)/.test(name)) return ` ${reader.byte()}`;
  if (/\.(?:load|store)/.test(name)) return memoryOperand(reader, /_lane$/.test(name));
  if (name === 'i32.const' || name === 'i64.const') return ` ${reader.signed()}`;
  if (name === 'f32.const') return ` ${reader.float(4)}`;
  if (name === 'f64.const') return ` ${reader.float(8)}`;
  if (name === 'v128.const' || name === 'i8x16.shuffle') return ` i32x4 ${reader.words(4)}`;
  if (/^memory\.(?:size|grow|fill)$/.test(name)) reader.byte();
  if (name === 'memory.copy') reader.at += 2;
  // A select with types says how many there are, and which.
  if (prefix === 0 && number === 0x1c) for (let left = reader.u32(); left > 0; left--) reader.byte();
  return '';
}

function blockType(reader: Reader): string {
  const type = reader.byte();
  return type === VOID ? '' : ` (result ${TYPES[type] ?? type})`;
}

function memoryOperand(reader: Reader, hasLane: boolean): string {
  const align = 2 ** reader.u32();
  const offset = reader.u32();
  const lane = hasLane ? ` ${reader.byte()}` : '';
  return `${offset ? ` offset=${offset}` : ''} align=${align}${lane}`;
}
