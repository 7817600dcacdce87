import { needsModrm, type Operand, parseOperands, rmForms } from './operand.ts';
import type { Row } from './row.ts';

/** Immediates to fetch, in order. */
export type ImmediateKind = 'b' | 'sb' | 'w' | 'z' | 'far' | 'offset' | 'relb' | 'relz';

/** A row prepared for decoding. */
export interface Form {
  readonly row: Row;
  readonly operands: readonly Operand[];
  readonly modrm: boolean;
  readonly immediates: readonly ImmediateKind[];
  /** Mandatory prefix: 0 none of them, 1 66, 2 F3, 3 F2; -1 any. */
  readonly prefix: number;
  /** 0: one-byte map, 1: 0F map. */
  readonly map: number;
  readonly opcode: number;
  /** Consecutive opcodes, 8 for '+rd'. */
  readonly opcodeCount: number;
  /** Tests a ModRM byte; undefined: all. */
  readonly modrmMatches: ((modrm: number) => boolean) | undefined;
  /** Where two rows match a ModRM byte the higher wins. */
  readonly rank: number;
}

const PREFIX_CLASS: Readonly<Record<string, number>> = { NP: 0, '66': 1, F3: 2, F2: 3 };

/** What a row's encoding begins with. */
export interface Opcode {
  readonly prefix: number;
  readonly map: number;
  readonly opcode: number;
  readonly count: number;
  /** The parts of the encoding behind the opcode. */
  readonly rest: readonly string[];
}

/** Parses an encoding up to the opcode. Throws TypeError if it makes no sense. */
export function parseOpcode(encoding: string): Opcode {
  const tokens = encoding.split(' ');
  let at = 0;
  const prefix = isOpcode(tokens[1]) ? PREFIX_CLASS[tokens[0]!] : undefined;
  if (prefix !== undefined) at++;
  const map = tokens[at] === '0F' && isOpcode(tokens[at + 1]) ? 1 : 0;
  at += map;
  const match = /^([0-9A-F]{2})(\+r[bdw])?$/.exec(tokens[at]!);
  if (!match) throw new TypeError(`bad opcode in encoding '${encoding}'`);
  return {
    prefix: prefix ?? -1,
    map,
    opcode: Number.parseInt(match[1]!, 16),
    count: match[2] ? 8 : 1,
    rest: tokens.slice(at + 1),
  };
}

function isOpcode(token: string | undefined): boolean {
  return token !== undefined && /^[0-9A-F]{2}(\+.*)?$/.test(token);
}

/** Parses a row's encoding and operands. Throws TypeError if they make no sense. */
export function makeForm(row: Row): Form {
  const { prefix, map, opcode, count, rest } = parseOpcode(row.encoding);
  const operands = parseOperands(row.operands);
  const selector = modrmSelector(rest, row.encoding);
  const modrm = needsModrm(operands) || selector !== undefined;
  const forms = rmForms(operands);
  const restricted = modrm && selector?.kind !== 'byte' && !(forms.memory && forms.register);
  const modrmMatches =
    selector?.matches || restricted
      ? (byte: number) =>
          (selector?.matches?.(byte) ?? true) && (!restricted || (byte >= 0xc0 ? forms.register : forms.memory))
      : undefined;
  return {
    row,
    operands,
    modrm,
    immediates: operands.flatMap(immediateOf),
    prefix,
    map,
    opcode,
    opcodeCount: count,
    modrmMatches,
    rank: (prefix >= 0 ? 8 : 0) + (selector?.rank ?? 0),
  };
}

interface ModrmSelector {
  readonly kind: 'r' | 'digit' | 'byte';
  readonly rank: number;
  readonly matches: ((byte: number) => boolean) | undefined;
}

function modrmSelector(tokens: readonly string[], encoding: string): ModrmSelector | undefined {
  const token = tokens[0];
  if (token === undefined || /^[a-z]/.test(token)) return undefined;
  if (token === '/r') return { kind: 'r', rank: 0, matches: undefined };
  const digit = /^\/([0-7])$/.exec(token);
  if (digit) {
    const wanted = Number(digit[1]);
    return { kind: 'digit', rank: 1, matches: (byte) => ((byte >> 3) & 7) === wanted };
  }
  const byteMatch = /^([0-9A-F]{2})(\+i)?$/.exec(token);
  if (!byteMatch) throw new TypeError(`bad ModRM part in encoding '${encoding}'`);
  const first = Number.parseInt(byteMatch[1]!, 16);
  if (byteMatch[2]) return { kind: 'byte', rank: 2, matches: (byte) => (byte & ~7) === first };
  return { kind: 'byte', rank: 3, matches: (byte) => byte === first };
}

function immediateOf(operand: Operand): ImmediateKind[] {
  switch (operand.method) {
    case 'A':
      return ['far'];
    case 'O':
      return ['offset'];
    case 'J':
      return [operand.type === 'b' ? 'relb' : 'relz'];
    case 'I':
      if (operand.type === 'b' || operand.type === 'sb' || operand.type === 'w') return [operand.type];
      return ['z'];
    default:
      return [];
  }
}
