import type { CodeReader } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { MODE_CODE32 } from '../state.ts';
import type { Form, ImmediateKind } from './form.ts';
import type { OpcodeMap } from './opcode-map.ts';

/** Longest instruction. SDM vol. 2, 2.3.11. */
export const MAX_INSTRUCTION_BYTES = 15;

/** How decoding went. */
export type DecodeStatus =
  | 'ok'
  /** No such instruction (#UD); `length` bytes were looked at. */
  | 'undefined'
  /** Longer than 15 bytes (#GP). */
  | 'long'
  /** A byte could not be fetched: at Decoder.fetchFault. */
  | 'fetch';

const SEGMENT_PREFIX: Readonly<Record<number, number>> = { 38: 0, 46: 1, 54: 2, 62: 3, 100: 4, 101: 5 };

/** What a byte is as a prefix: 0 none, 1 segment, 2 operand size, 3 address size, 4 LOCK, 5 repeat. */
const PREFIX_KIND = new Uint8Array(256);
for (const byte of Object.keys(SEGMENT_PREFIX)) PREFIX_KIND[Number(byte)] = 1;
PREFIX_KIND[0x66] = 2;
PREFIX_KIND[0x67] = 3;
PREFIX_KIND[0xf0] = 4;
PREFIX_KIND[0xf2] = PREFIX_KIND[0xf3] = 5;

/** Base and index registers of 16-bit addressing by rm (BX BP SI DI). SDM vol. 2, table 2-1. */
const BASE16 = [3, 3, 5, 5, -1, -1, 5, 3];
const INDEX16 = [6, 7, 6, 7, 6, 7, -1, -1];

/** Decodes instructions into an Insn. */
export class Decoder {
  /** The address that could not be fetched, after 'fetch'. */
  fetchFault = 0;
  private readonly map: OpcodeMap;
  private code!: CodeReader;
  private start = 0;
  private length = 0;
  private failed: 'fetch' | 'long' | undefined;

  constructor(map: OpcodeMap) {
    this.map = map;
  }

  /** Decodes the instruction at `pc` under a mode word and fills in `x` (row, operands, prefixes, ModRM, immediates). */
  decode(x: Insn, code: CodeReader, pc: number, mode: number): DecodeStatus {
    this.code = code;
    this.start = pc;
    this.length = 0;
    this.failed = undefined;
    x.pc = pc | 0;
    x.mode = mode;
    const status = this.decodeParts(x);
    x.length = this.length;
    x.next = (pc + this.length) | 0;
    return this.failed ?? status;
  }

  private decodeParts(x: Insn): DecodeStatus {
    const first = this.prefixes(x);
    let opcode = first;
    let place = first;
    if (first === 0x0f) {
      opcode = this.fetch();
      place = 256 + opcode;
    }
    if (this.failed) return this.failed;
    x.opcode = opcode;
    x.modrm = -1;
    x.mod = 3;
    x.base = x.index = -1;
    x.disp = 0;
    const entry = this.map.entry(place);
    if (entry === undefined) return 'undefined';
    let form: Form | undefined;
    const prefix = x.rep === 0xf3 ? 2 : x.rep === 0xf2 ? 3 : x.prefix66 ? 1 : 0;
    if (entry.modrm) {
      this.modrm(x);
      if (this.failed) return this.failed;
      form = entry.forms[entry.byModrm ? prefix * 256 + x.modrm : prefix];
      if (form !== undefined && x.mod !== 3) this.memoryOperand(x);
    } else {
      form = entry.forms[prefix];
    }
    if (form === undefined) return 'undefined';
    x.row = form.row;
    x.operands = form.operands;
    this.immediates(x, form.immediates);
    if (x.lock && !(form.row.lock && x.mod !== 3)) return 'undefined';
    return 'ok';
  }

  /** Consumes prefixes; the first byte that is none. */
  private prefixes(x: Insn): number {
    const code32 = (x.mode & MODE_CODE32) !== 0;
    x.opSize = code32 ? 32 : 16;
    x.addrSize = x.opSize;
    x.override = -1;
    x.rep = 0;
    x.lock = false;
    x.prefix66 = false;
    for (;;) {
      const byte = this.fetch();
      switch (PREFIX_KIND[byte]) {
        case 0:
          return byte;
        case 1:
          x.override = SEGMENT_PREFIX[byte]!;
          break;
        case 2:
          x.prefix66 = true;
          x.opSize = code32 ? 16 : 32;
          break;
        case 3:
          x.addrSize = code32 ? 16 : 32;
          break;
        case 4:
          x.lock = true;
          break;
        default:
          x.rep = byte;
      }
    }
  }

  private modrm(x: Insn): void {
    const byte = this.fetch();
    x.modrm = byte;
    x.mod = byte >> 6;
    x.reg = (byte >> 3) & 7;
    x.rm = byte & 7;
  }

  private memoryOperand(x: Insn): void {
    if (x.addrSize === 16) this.memoryOperand16(x);
    else this.memoryOperand32(x);
  }

  private memoryOperand16(x: Insn): void {
    x.scale = 0;
    x.sib = false;
    if (x.mod === 0 && x.rm === 6) {
      x.disp = this.fetch16s();
      return;
    }
    x.base = BASE16[x.rm]!;
    x.index = INDEX16[x.rm]!;
    if (x.mod === 1) x.disp = this.fetch8s();
    else if (x.mod === 2) x.disp = this.fetch16s();
  }

  private memoryOperand32(x: Insn): void {
    x.scale = 0;
    x.base = x.rm;
    x.sib = x.rm === 4;
    if (x.sib) {
      const sib = this.fetch();
      x.scale = sib >> 6;
      x.index = (sib >> 3) & 7;
      if (x.index === 4) x.index = -1;
      x.base = sib & 7;
    }
    if (x.mod === 0) {
      if (x.base === 5) {
        x.base = -1;
        x.disp = this.fetch32();
      }
    } else if (x.mod === 1) x.disp = this.fetch8s();
    else x.disp = this.fetch32();
  }

  private immediates(x: Insn, kinds: readonly ImmediateKind[]): void {
    x.imm = x.imm2 = 0;
    for (let i = 0; i < kinds.length; i++) {
      const value = this.immediate(x, kinds[i]!);
      if (i === 0) x.imm = value;
      else x.imm2 = value;
    }
  }

  private immediate(x: Insn, kind: ImmediateKind): number {
    switch (kind) {
      case 'b':
        return this.fetch();
      case 'sb':
      case 'relb':
        return this.fetch8s();
      case 'w':
        return this.fetch16s() & 0xffff;
      case 'offset':
        x.disp = x.addrSize === 16 ? this.fetch16s() & 0xffff : this.fetch32();
        return x.disp;
      case 'far': {
        const offset = x.opSize === 16 ? this.fetch16s() & 0xffff : this.fetch32();
        x.imm2 = this.fetch16s() & 0xffff;
        return offset;
      }
      default:
        return x.opSize === 16 ? this.fetch16s() : this.fetch32();
    }
  }

  /** Next byte, or 0 once something failed. */
  private fetch(): number {
    if (this.failed) return 0;
    if (this.length === MAX_INSTRUCTION_BYTES) {
      this.failed = 'long';
      return 0;
    }
    const address = (this.start + this.length) | 0;
    const byte = this.code.byte(address);
    if (byte < 0) {
      this.failed = 'fetch';
      this.fetchFault = address;
      return 0;
    }
    this.length++;
    return byte;
  }

  private fetch8s(): number {
    return (this.fetch() << 24) >> 24;
  }
  private fetch16s(): number {
    const low = this.fetch();
    return ((low | (this.fetch() << 8)) << 16) >> 16;
  }
  private fetch32(): number {
    const low = this.fetch16s() & 0xffff;
    return low | (this.fetch16s() << 16);
  }
}
