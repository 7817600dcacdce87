import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One instruction as objdump has it. */
export interface Dumped {
  readonly address: number;
  readonly bytes: readonly number[];
  /** Intel syntax, without symbols and comments. */
  readonly text: string;
}

const LINE = /^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$/;

/** Disassembles a file's .text. Rejects where objdump fails. */
export async function* objdump(file: string): AsyncGenerator<Dumped> {
  const child = spawn('objdump', ['-d', '-M', 'intel', '-j', '.text', '--insn-width=16', '-w', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const match = LINE.exec(line);
    if (!match) continue;
    const bytes = match[2]!
      .trim()
      .split(' ')
      .map((byte) => Number.parseInt(byte, 16));
    yield { address: Number.parseInt(match[1]!, 16), bytes, text: normalize(match[3]!) };
  }
  const status = await ended;
  if (status !== 0) throw new RangeError(`objdump of ${file} ended with status ${status}`);
}

function normalize(text: string): string {
  return text
    .replace(/\s*<[^>]*>\s*$/, '')
    .replace(/\s+#.*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
}
