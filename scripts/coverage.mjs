// Writes docs/coverage from the tables: system calls with their status, instructions with their encodings.
// `--check` fails where a file is not what the tables say.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syscallRows } from '@kml/kernel';
import { standardRegistry } from '@kml/machine';
import { programsByCall } from '../tests/real/syscalls/guest-programs.ts';
import { root } from './node.mjs';

const LEVELS = { full: 'full', partial: 'partial', stub: 'answers only' };

const TESTS = programsByCall();

/** Every number of the ABI: what it is, how far it goes, and the programs of tests/real/syscalls that test it. */
function syscalls({ abi }) {
  const rows = syscallRows(abi);
  const counts = { full: 0, partial: 0, stub: 0, none: 0 };
  const lines = [...abi.syscallNumbers].map(([number, name]) => {
    const status = rows[number]?.status;
    counts[status?.level ?? 'none']++;
    return `| ${number} | ${name} | ${status ? LEVELS[status.level] : 'ENOSYS'} | ${status?.note ?? ''} | ${(TESTS.get(name) ?? []).join(', ')} |`;
  });
  const sum = `${counts.full} full, ${counts.partial} partial, ${counts.stub} that only answer, ${counts.none} not there (ENOSYS, counted)`;
  return `${sum}.\n\n| number | name | status | note | tested by |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
}

function instructions({ isa }) {
  const lines = isa.instructions.map((row) => `| ${row.mnemonic} | \`${row.encoding}\` | ${row.manual} |`);
  return `${lines.length} forms.\n\n| mnemonic | encoding | manual |\n|---|---|---|\n${lines.join('\n')}\n`;
}

/** One page for the plugins whose tables are the same: file name to text. */
function pages(kind, title, describe) {
  const byText = new Map();
  for (const plugin of standardRegistry().plugins) {
    const text = describe(plugin);
    byText.set(text, [...(byText.get(text) ?? []), plugin.name]);
  }
  return [...byText].map(([text, names]) => [
    `${kind}-${names[0]}.md`,
    `# ${title} of ${names.join(' and ')}\n\n${text}`,
  ]);
}

const check = process.argv.includes('--check');
const directory = join(root, 'docs/coverage');
mkdirSync(directory, { recursive: true });
const files = new Map([
  ...pages('syscalls', 'System calls', syscalls),
  ...pages('instructions', 'Instructions', instructions),
]);
for (const name of readdirSync(directory)) {
  if (files.has(name)) continue;
  if (!check) rmSync(join(directory, name));
  else complain(name);
}
for (const [name, text] of files) {
  const path = join(directory, name);
  if (!check) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) complain(name);
}

function complain(name) {
  console.error(`docs/coverage/${name} is not what the tables say; run 'node scripts/coverage.mjs'`);
  process.exitCode = 1;
}
