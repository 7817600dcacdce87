import type { CodeReader, Disassembly, IsaBackend } from '@kml/core';
import { beforeAll, expect, test } from 'vitest';
import { type Dumped, objdump } from './objdump.ts';

/** A file to disassemble: its name for people, and the whole command line of objdump. */
export interface DecodeInput {
  readonly name: string;
  readonly command: readonly string[];
  /** At least so many of its instructions are to be compared. */
  readonly minimum: number;
}

/** What an ISA supplies for the comparison of its disassembler with objdump. */
export interface DecodeAdaptor {
  readonly isa: IsaBackend;
  inputs(): Promise<readonly DecodeInput[]>;
  /** Mode word the code is disassembled under. */
  readonly mode: number;
  /** pc of an instruction, with the bits that pc carries; its address where absent. */
  pcOf?(dumped: Dumped, input: DecodeInput): number;
  /** Our disassembly, where it takes more than the bytes (state that earlier instructions left). */
  disassemble?(code: CodeReader, dumped: Dumped, input: DecodeInput): Disassembly | undefined;
  /** What is not compared: data in code, extensions that no CPU model of ours has. */
  ignore(dumped: Dumped): boolean;
  /** Puts texts that differ in style only into one form. */
  normalizeTheirs?(text: string, dumped: Dumped): string;
  normalizeOurs?(text: string, dumped: Dumped): string;
}

/** Inputs may have to be built first. */
const BUILD_MILLISECONDS = 1_800_000;

/** Kinds of disagreement shown. */
const SHOWN = 60;

/** Declares the test: every instruction of the inputs is decoded as objdump decodes it. */
export function decodeSuite(adaptor: DecodeAdaptor): void {
  let inputs: readonly DecodeInput[];
  beforeAll(async () => {
    inputs = await adaptor.inputs();
  }, BUILD_MILLISECONDS);

  test(`${adaptor.isa.name}: every instruction is decoded as objdump decodes it`, async () => {
    for (const input of inputs) {
      let count = 0;
      let wrong = 0;
      const kinds = new Map<string, string>();
      for await (const dumped of objdump(input.command, adaptor.isa.byteOrder)) {
        if (adaptor.ignore(dumped)) continue;
        count++;
        const text = complaint(adaptor, dumped, input);
        if (text === undefined) continue;
        wrong++;
        const kind = dumped.text.split(' ')[0]!;
        if (!kinds.has(kind)) kinds.set(kind, `${describe(input, dumped)} ${text}`);
      }
      console.log(`${input.name}: ${count} instructions, ${wrong} decoded otherwise`);
      expect([...kinds.values()].slice(0, SHOWN).join('\n')).toBe('');
      expect(count).toBeGreaterThanOrEqual(input.minimum);
    }
  });
}

function complaint(adaptor: DecodeAdaptor, dumped: Dumped, input: DecodeInput): string | undefined {
  const { address, bytes, text } = dumped;
  const code: CodeReader = { byte: (at) => bytes[(at - address) | 0] ?? -1 };
  const pc = adaptor.pcOf?.(dumped, input) ?? address;
  const ours = adaptor.disassemble
    ? adaptor.disassemble(code, dumped, input)
    : adaptor.isa.disassemble(code, pc, adaptor.mode);
  if (ours === undefined) return 'runs on beyond its end';
  if (ours.length !== bytes.length) return `has ${ours.length} bytes: ${ours.text}`;
  const left = adaptor.normalizeOurs?.(ours.text, dumped) ?? ours.text;
  const right = adaptor.normalizeTheirs?.(text, dumped) ?? text;
  return left === right ? undefined : `is ${ours.text}`;
}

function describe(input: DecodeInput, { address, bytes, text }: Dumped): string {
  const digits = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `${input.name} ${address.toString(16)}: ${digits}: ${text}`;
}
