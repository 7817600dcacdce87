import { ByteCursor } from './byte-cursor.ts';
import type { FrameEntry } from './eh-frame.ts';
import type { LoadedFile } from './loaded-file.ts';

/** How a value of the caller is found. Offsets are in bytes from the canonical frame address. */
export type FrameRule =
  | { readonly kind: 'same' }
  | { readonly kind: 'undefined' }
  | { readonly kind: 'at' | 'is'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  /** An expression, in these bytes of the file; its value, or what lies there. */
  | { readonly kind: 'at-expression' | 'is-expression'; readonly start: number; readonly end: number };

/** The rules that hold at one instruction. */
export interface FrameRules {
  /** The canonical frame address: a register and an offset, or an expression. */
  cfa: { readonly register: number; readonly offset: number } | { readonly start: number; readonly end: number };
  /** By DWARF column; where there is none the value is the same. */
  registers: Map<number, FrameRule>;
}

const SAME: FrameRule = { kind: 'same' };
const UNDEFINED: FrameRule = { kind: 'undefined' };

/** The rules at an address within the entry's function; undefined for instructions unknown here. DWARF 5, 6.4.2 */
export function rulesAt(file: LoadedFile, entry: FrameEntry, address: number): FrameRules | undefined {
  const program = new FrameProgram(file, entry, address);
  const { common } = entry;
  if (!program.run(common.start, common.end)) return undefined;
  program.initial = new Map(program.rules.registers);
  return program.run(entry.start, entry.end) ? program.rules : undefined;
}

class FrameProgram {
  readonly rules: FrameRules = { cfa: { register: 0, offset: 0 }, registers: new Map() };
  /** What DW_CFA_restore goes back to. */
  initial = new Map<number, FrameRule>();
  private readonly saved: FrameRules[] = [];
  private location: number;

  private readonly file: LoadedFile;
  private readonly entry: FrameEntry;
  private readonly address: number;

  constructor(file: LoadedFile, entry: FrameEntry, address: number) {
    this.file = file;
    this.entry = entry;
    this.address = address;
    this.location = entry.low;
  }

  /** Executes instructions until one is about code behind the address. False: an unknown one. */
  run(start: number, end: number): boolean {
    const cursor = new ByteCursor(this.file.bytes, start, this.file.little, 0);
    while (cursor.at < end) {
      const code = cursor.byte();
      const done = code >= 0x40 ? this.compact(code, cursor) : this.extended(code, cursor);
      if (done === undefined) return false;
      if (!done) break;
    }
    return true;
  }

  private advance(by: number): boolean {
    this.location += by * this.entry.common.codeAlign;
    return this.location <= this.address;
  }

  private set(register: number, rule: FrameRule): true {
    this.rules.registers.set(register, rule);
    return true;
  }

  private restore(register: number): true {
    const rule = this.initial.get(register);
    if (rule) this.rules.registers.set(register, rule);
    else this.rules.registers.delete(register);
    return true;
  }

  private at(offset: number): FrameRule {
    return { kind: 'at', offset: offset * this.entry.common.dataAlign };
  }

  private compact(code: number, cursor: ByteCursor): boolean {
    const operand = code & 0x3f;
    if (code < 0x80) return this.advance(operand);
    if (code < 0xc0) return this.set(operand, this.at(cursor.uleb()));
    return this.restore(operand);
  }

  /** False: it is about code behind the address. Undefined: unknown. */
  private extended(code: number, cursor: ByteCursor): boolean | undefined {
    const { rules } = this;
    const { dataAlign } = this.entry.common;
    switch (code) {
      case 0x00: // nop
        return true;
      case 0x02:
        return this.advance(cursor.byte());
      case 0x03:
        return this.advance(cursor.half());
      case 0x04:
        return this.advance(cursor.word());
      case 0x05: // offset_extended
        return this.set(cursor.uleb(), this.at(cursor.uleb()));
      case 0x06: // restore_extended
        return this.restore(cursor.uleb());
      case 0x07:
        return this.set(cursor.uleb(), UNDEFINED);
      case 0x08:
        return this.set(cursor.uleb(), SAME);
      case 0x09:
        return this.set(cursor.uleb(), { kind: 'register', register: cursor.uleb() });
      case 0x0a:
        this.saved.push({ cfa: rules.cfa, registers: new Map(rules.registers) });
        return true;
      case 0x0b:
        return this.recall();
      case 0x0c: // def_cfa
        rules.cfa = { register: cursor.uleb(), offset: cursor.uleb() };
        return true;
      case 0x0d: // def_cfa_register
        if ('start' in rules.cfa) return undefined;
        rules.cfa = { register: cursor.uleb(), offset: rules.cfa.offset };
        return true;
      case 0x0e: // def_cfa_offset
        return this.cfaOffset(cursor.uleb());
      case 0x0f: // def_cfa_expression
        rules.cfa = this.expression(cursor);
        return true;
      case 0x10:
        return this.set(cursor.uleb(), { kind: 'at-expression', ...this.expression(cursor) });
      case 0x11: // offset_extended_sf
        return this.set(cursor.uleb(), this.at(cursor.sleb()));
      case 0x12: // def_cfa_sf
        rules.cfa = { register: cursor.uleb(), offset: cursor.sleb() * dataAlign };
        return true;
      case 0x13: // def_cfa_offset_sf
        return this.cfaOffset(cursor.sleb() * dataAlign);
      case 0x14: // val_offset
        return this.set(cursor.uleb(), { kind: 'is', offset: cursor.uleb() * dataAlign });
      case 0x15: // val_offset_sf
        return this.set(cursor.uleb(), { kind: 'is', offset: cursor.sleb() * dataAlign });
      case 0x16: // val_expression
        return this.set(cursor.uleb(), { kind: 'is-expression', ...this.expression(cursor) });
      case 0x2e: // GNU_args_size
        cursor.uleb();
        return true;
      default:
        return undefined;
    }
  }

  private recall(): true | undefined {
    const saved = this.saved.pop();
    if (!saved) return undefined;
    this.rules.cfa = saved.cfa;
    this.rules.registers = saved.registers;
    return true;
  }

  private cfaOffset(offset: number): true | undefined {
    const { cfa } = this.rules;
    if ('start' in cfa) return undefined;
    this.rules.cfa = { register: cfa.register, offset };
    return true;
  }

  private expression(cursor: ByteCursor): { start: number; end: number } {
    const bytes = cursor.uleb();
    const start = cursor.at;
    cursor.at += bytes;
    return { start, end: start + bytes };
  }
}
