// Writes docs/hot-loops.md: one hot loop of each architecture, guest code beside the WebAssembly it becomes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, root } from './node.mjs';

/** The inner loop of the sieve: where it stands in the committed binaries. */
const LOOPS = [
  { arch: 'ia32', name: 'IA-32', place: '0x8048140' },
  { arch: 'arm', name: 'ARM', place: '0x400158' },
  { arch: 'mips', name: 'MIPS (big-endian)', place: '0x40026c' },
  { arch: 'ppc', name: 'PowerPC', place: '0x10000184' },
];

const page = join(root, 'docs/hot-loops.md');
const HEAD_END = '<!-- generated from here on by scripts/hot-loops.mjs -->';
const head = readFileSync(page, 'utf8').split(HEAD_END)[0];
writeFileSync(page, `${head}${HEAD_END}\n${LOOPS.map(section).join('')}`);

function section({ arch, name, place }) {
  const file = join(root, 'guest/bin', arch, 'sieve');
  // One turn is enough to read.
  const args = ['explain', '--without', 'unrolled-loops', '--json', file, place];
  const text = execFileSync(node, [join(root, 'dist/kml.mjs'), ...args], { maxBuffer: 1 << 28 });
  const { blocks, wasm } = JSON.parse(text);
  const guest = blocks[0].instructions.map(({ address, text }) => `${address.toString(16)}: ${text}`);
  const code = innermostLoop(wasm);
  if (guest.length > 8 || code === undefined) throw new Error(`${arch}: there is no small loop at ${place} any more`);
  return `\n## ${name}: sieve\n\n\`\`\`\n${beside(guest, code).join('\n')}\n\`\`\`\n`;
}

/** The first loop that has none within it, without what stands around it. */
function innermostLoop(wasm) {
  const start = wasm.findIndex((line, at) => /^ *loop/.test(line) && !/^ *loop/.test(nextOpener(wasm, at)));
  if (start < 0) return undefined;
  const indent = wasm[start].search(/\S/);
  const length = wasm.slice(start).findIndex((line) => line.search(/\S/) === indent && line.trim() === 'end');
  return wasm.slice(start, start + length + 1).map((line) => line.slice(indent));
}

/** The next line behind `at` that opens a loop or ends the one there. */
function nextOpener(wasm, at) {
  const indent = wasm[at].search(/\S/);
  return wasm
    .slice(at + 1)
    .find((line) => /^ *loop/.test(line) || (line.trim() === 'end' && line.search(/\S/) === indent));
}

function beside(left, right) {
  const width = Math.max(...left.map(({ length }) => length)) + 4;
  return Array.from({ length: Math.max(left.length, right.length) }, (_, n) =>
    `${(left[n] ?? '').padEnd(width)}${right[n] ?? ''}`.trimEnd(),
  );
}
