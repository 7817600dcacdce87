import { ByteCursor } from './byte-cursor.ts';
import type { LoadedFile } from './loaded-file.ts';

/** What an expression reads: registers by DWARF column, and words of memory. Undefined where it is not known. */
export interface FrameContext {
  register(column: number): number | undefined;
  read(address: number): number | undefined;
}

const BINARY: Readonly<Record<number, (a: number, b: number) => number>> = {
  26: (a, b) => a & b,
  28: (a, b) => a - b,
  30: (a, b) => Math.imul(a, b),
  33: (a, b) => a | b,
  34: (a, b) => a + b,
  36: (a, b) => a << b,
  37: (a, b) => a >>> b,
  38: (a, b) => a >> b,
  39: (a, b) => a ^ b,
  41: (a, b) => Number(a === b),
  42: (a, b) => Number(a >= b),
  43: (a, b) => Number(a > b),
  44: (a, b) => Number(a <= b),
  45: (a, b) => Number(a < b),
  46: (a, b) => Number(a !== b),
};

/**
 * The value of a DWARF expression as frame descriptions have them (the PLT's, signal frames'), in the
 * bytes [start, end) of the file; undefined for an operation unknown here. DWARF 5, 2.5
 */
export function evaluate(
  file: LoadedFile,
  { start, end }: { readonly start: number; readonly end: number },
  context: FrameContext,
  initial?: number,
): number | undefined {
  const cursor = new ByteCursor(file.bytes, start, file.little, 0);
  const stack: number[] = initial === undefined ? [] : [initial];
  while (cursor.at < end) {
    const code = cursor.byte();
    const binary = BINARY[code];
    const value = binary ? reduce(stack, binary) : operand(code, cursor, stack, context);
    if (value === undefined) return undefined;
    stack.push(value | 0);
  }
  return stack.pop();
}

function reduce(stack: number[], operation: (a: number, b: number) => number): number | undefined {
  const b = stack.pop();
  const a = stack.pop();
  return a === undefined || b === undefined ? undefined : operation(a, b);
}

/** What any other operation pushes. */
function operand(code: number, cursor: ByteCursor, stack: number[], context: FrameContext): number | undefined {
  if (code >= 0x30 && code < 0x50) return code - 0x30; // lit
  if (code >= 0x50 && code < 0x70) return context.register(code - 0x50);
  if (code >= 0x70 && code < 0x90) return plus(context.register(code - 0x70), cursor.sleb()); // breg
  switch (code) {
    case 0x06: {
      const address = stack.pop();
      return address === undefined ? undefined : context.read(address);
    }
    case 0x08:
      return cursor.byte();
    case 0x09:
      return (cursor.byte() << 24) >> 24;
    case 0x0a:
      return cursor.half();
    case 0x0b:
      return (cursor.half() << 16) >> 16;
    case 0x0c:
    case 0x0d:
      return cursor.word();
    case 0x10:
      return cursor.uleb();
    case 0x11:
      return cursor.sleb();
    case 0x12: // dup
      return stack.at(-1);
    case 0x23: // plus_uconst
      return plus(stack.pop(), cursor.uleb());
    case 0x92: // bregx
      return plus(context.register(cursor.uleb()), cursor.sleb());
    default:
      return undefined;
  }
}

function plus(value: number | undefined, more: number): number | undefined {
  return value === undefined ? undefined : value + more;
}
