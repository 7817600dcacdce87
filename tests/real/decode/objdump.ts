import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One instruction as objdump has it. */
export interface Dumped {
  readonly address: number;
  /** In the order of memory. */
  readonly bytes: readonly number[];
  /** Bytes of the groups that the digits are in: the units in which the instruction set's words are printed. */
  readonly unit: number;
  /** Without symbols, and with one space where there are several. */
  readonly text: string;
}

/** Address, digits in groups (bytes, half-words or words), text. */
const LINE = /^\s*([0-9a-f]+):\t((?:[0-9a-f]{2,8} ?)+)\s*\t(.*)$/;

/** Runs objdump (its whole command line) and reads what it disassembled. Rejects where it fails. */
export async function* objdump(command: readonly string[], order: 'little' | 'big'): AsyncGenerator<Dumped> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const match = LINE.exec(line);
    if (!match) continue;
    const bytes = match[2]!
      .trim()
      .split(' ')
      .flatMap((group) => bytesOf(group, order));
    const unit = match[2]!.indexOf(' ') < 0 ? bytes.length : match[2]!.indexOf(' ') / 2;
    yield { address: Number.parseInt(match[1]!, 16), bytes, unit, text: clean(match[3]!) };
  }
  const status = await ended;
  if (status !== 0) throw new RangeError(`${command.join(' ')} ended with status ${status}`);
}

/** A group of digits is a number in the file's byte order. */
function bytesOf(group: string, order: 'little' | 'big'): number[] {
  const bytes = group.match(/../g)!.map((digits) => Number.parseInt(digits, 16));
  return order === 'little' ? bytes.reverse() : bytes;
}

function clean(text: string): string {
  return text
    .replace(/\s*<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
