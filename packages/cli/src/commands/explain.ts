import { Command } from '@commander-js/extra-typings';
import { type BlockStages, explainProgram, MachineError, type ProgramExplanation } from '@kml/machine';
import { Failure } from '../failure.ts';
import { readHostFile } from '../host-file.ts';
import { pluginOption, registryOf } from '../plugins.ts';
import { withoutOption } from '../run-options.ts';

/** `kml explain`: what becomes of guest code on its way to WebAssembly. */
export function explainCommand() {
  return new Command('explain')
    .description('show a region of a program: guest code, IR as lifted and after the passes, WebAssembly')
    .argument('<file>', 'program on the host')
    .argument('[place]', 'address in the file, or symbol; default the entry point')
    .option('--json', 'as JSON')
    .addOption(withoutOption())
    .addOption(pluginOption())
    .action(async (file, place, options) => {
      const bytes = readHostFile(file);
      const registry = await registryOf(options.plugin);
      let explanation: ProgramExplanation;
      try {
        explanation = explainProgram(bytes, place, registry, options.without);
      } catch (error) {
        if (error instanceof MachineError) throw new Failure(`${file}: ${error.message}`, error.status);
        throw error;
      }
      const text = options.json ? `${JSON.stringify(explanation, undefined, 2)}\n` : render(file, explanation);
      process.stdout.write(text);
    });
}

const hex = (value: number): string => `0x${value.toString(16)}`;
/** A column is as wide as its longest line, up to this; longer lines go on below. */
const WIDEST = 58;

function render(
  file: string,
  { arch, address, blocks, signature, locals, wasm, wasmBytes }: ProgramExplanation,
): string {
  const rows: Row[] = blocks.flatMap((block, n) => [...(n === 0 ? [] : [BLANK]), ...rowsOf(block)]);
  const instructions = blocks.reduce((sum, block) => sum + block.instructions.length, 0);
  return [
    `${file} (${arch}): the region at ${hex(address)}, ${blocks.length} blocks, ${instructions} instructions`,
    '(x.in: what register x holds when the block is entered; rN, tN: values with a name)',
    '',
    ...columns([HEAD, ...rows]),
    '',
    `WebAssembly (a module of ${wasmBytes} bytes)`,
    '',
    `(func ${signature} (local${locals.map((type) => ` ${type}`).join('')})`,
    ...wasm.map((line) => `  ${line}`),
    ')',
    '',
  ].join('\n');
}

type Row = readonly [guest: string, lifted: string, after: string];
const HEAD: Row = ['guest code', 'IR as lifted', 'IR after the passes'];
const BLANK: Row = ['', '', ''];

/** The stages of each instruction side by side. */
function rowsOf({ instructions, terminal }: BlockStages): Row[] {
  const rows = instructions.flatMap(({ address, bytes, text, lifted, after }) =>
    beside([`${hex(address)}: ${text}`, `    ${bytes}`], lifted, after),
  );
  return [...rows, ...beside([], [terminal.lifted], terminal.after)];
}

function beside(...cells: [readonly string[], readonly string[], readonly string[]]): Row[] {
  const [guest, lifted, after] = cells.map((lines) => lines.flatMap(wrapped)) as [string[], string[], string[]];
  const height = Math.max(guest.length, lifted.length, after.length);
  return Array.from({ length: height }, (_, i): Row => [guest[i] ?? '', lifted[i] ?? '', after[i] ?? '']);
}

function wrapped(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > WIDEST) {
    const space = rest.lastIndexOf(' ', WIDEST);
    const cut = space > WIDEST / 2 ? space : WIDEST;
    lines.push(rest.slice(0, cut));
    rest = `    ${rest.slice(cut).trimStart()}`;
  }
  return [...lines, rest];
}

function columns(rows: readonly Row[]): string[] {
  const [guest, lifted] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column as 0 | 1].length)));
  return rows.map((row) => `${row[0].padEnd(guest!)}  | ${row[1].padEnd(lifted!)}  | ${row[2]}`.trimEnd());
}
