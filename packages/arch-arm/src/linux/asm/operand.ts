/** Operands of assembly text, unified syntax. */
import { constantValue, type Expression, parseExpression } from './expression.ts';

const REGISTERS: ReadonlyMap<string, number> = new Map([
  ...Array.from({ length: 16 }, (_, n): [string, number] => [`r${n}`, n]),
  ['sb', 9],
  ['sl', 10],
  ['fp', 11],
  ['ip', 12],
  ['sp', 13],
  ['lr', 14],
  ['pc', 15],
]);
const SHIFTS = ['lsl', 'lsr', 'asr', 'ror'];
/** Fields of a status register that MSR writes. ARM ARM A8.8.111 */
const PSR_FIELDS: Readonly<Record<string, number>> = { c: 1, x: 2, s: 4, f: 8 };

export type AsmOperand =
  | { readonly kind: 'register'; readonly number: number; readonly writeback: boolean }
  | { readonly kind: 'list'; readonly mask: number; readonly user: boolean }
  | { readonly kind: 'immediate'; readonly value: Expression }
  | { readonly kind: 'shift'; readonly type: number; readonly amount: number }
  | { readonly kind: 'status'; readonly saved: boolean; readonly fields: number }
  | { readonly kind: 'coprocessor'; readonly number: number }
  | {
      readonly kind: 'memory';
      readonly base: number;
      /** Index register, or -1 for an immediate offset. */
      readonly index: number;
      readonly subtract: boolean;
      readonly shift: number;
      readonly offset: number;
      readonly writeback: boolean;
    };

export type Memory = Extract<AsmOperand, { kind: 'memory' }>;

/** Splits at the commas outside brackets. */
export function splitOperands(text: string): string[] {
  return text === '' ? [] : text.split(/,(?![^[{]*[\]}])/).map((part) => part.trim());
}

/** Parses one operand. `constants` are replaced by their values; other names stay as terms. Throws SyntaxError. */
export function parseOperand(text: string, constants: ReadonlyMap<string, number>): AsmOperand {
  const writeback = text.endsWith('!');
  const register = REGISTERS.get(writeback ? text.slice(0, -1) : text);
  if (register !== undefined) return { kind: 'register', number: register, writeback };
  if (text[0] === '[') return parseMemory(text, constants);
  if (text[0] === '{') return parseList(text);
  const shift = /^(lsl|lsr|asr|ror) #(\d+)$/.exec(text);
  if (shift) return { kind: 'shift', type: SHIFTS.indexOf(shift[1]!), amount: Number(shift[2]) & 31 };
  const coprocessor = /^[pc](\d+)$/.exec(text);
  if (coprocessor) return { kind: 'coprocessor', number: Number(coprocessor[1]) };
  const status = /^([cs])psr(?:_([cxsf]+))?$/.exec(text);
  if (status) {
    const fields = [...(status[2] ?? '')].reduce((sum, field) => sum | PSR_FIELDS[field]!, 0);
    return { kind: 'status', saved: status[1] === 's', fields };
  }
  return { kind: 'immediate', value: parseExpression(text.replace(/^#/, ''), constants) };
}

function parseMemory(text: string, constants: ReadonlyMap<string, number>): AsmOperand {
  const match = /^\[(.+)\](!?)$/.exec(text);
  if (!match) throw new SyntaxError(`not an address: '${text}'`);
  const [base, offset, shift] = match[1]!.split(',').map((part) => part.trim());
  const writeback = match[2] === '!';
  const number = registerNumber(base!);
  const none = { kind: 'memory', base: number, index: -1, subtract: false, shift: 0, offset: 0, writeback } as const;
  if (offset === undefined) return none;
  if (offset[0] === '#') return { ...none, offset: constantValue(parseExpression(offset.slice(1), constants)) };
  const subtract = offset[0] === '-';
  const amount = shift === undefined ? 0 : Number(/^lsl #(\d+)$/.exec(shift)?.[1] ?? Number.NaN);
  if (Number.isNaN(amount)) throw new SyntaxError(`not an address: '${text}'`);
  return { ...none, index: registerNumber(offset.replace(/^-/, '')), subtract, shift: amount };
}

function parseList(text: string): AsmOperand {
  const match = /^\{(.*)\}(\^?)$/.exec(text);
  if (!match) throw new SyntaxError(`not a register list: '${text}'`);
  let mask = 0;
  for (const part of match[1]!.split(',')) {
    const [first, last] = part.split('-').map((name) => registerNumber(name.trim()));
    for (let n = first!; n <= (last ?? first!); n++) mask |= 1 << n;
  }
  return { kind: 'list', mask, user: match[2] === '^' };
}

function registerNumber(name: string): number {
  const number = REGISTERS.get(name);
  if (number === undefined) throw new SyntaxError(`'${name}' is no register`);
  return number;
}
