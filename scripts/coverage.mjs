// Writes docs/coverage from the tables: system calls with their status, instructions with their encodings.
// `--check` fails where a file is not what the tables say.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syscallRows } from '@kml/kernel';
import { standardRegistry } from '@kml/machine';
import { root } from './node.mjs';

const LEVELS = { full: 'full', partial: 'partial', stub: 'answers only' };

/** Every number of the ABI: what it is, and how far it goes. */
function syscalls({ abi }) {
  const rows = syscallRows(abi);
  const counts = { full: 0, partial: 0, stub: 0, none: 0 };
  const lines = [...abi.syscallNumbers].map(([number, name]) => {
    const status = rows[number]?.status;
    counts[status?.level ?? 'none']++;
    return `| ${number} | ${name} | ${status ? LEVELS[status.level] : 'ENOSYS'} | ${status?.note ?? ''} |`;
  });
  const sum = `${counts.full} full, ${counts.partial} partial, ${counts.stub} that only answer, ${counts.none} not there (ENOSYS, counted)`;
  return `# System calls of ${abi.name}\n\n${sum}.\n\n| number | name | status | note |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function instructions({ name, isa }) {
  const lines = isa.instructions.map((row) => `| ${row.mnemonic} | \`${row.encoding}\` | ${row.manual} |`);
  return `# Instructions of ${name}\n\n${lines.length} forms.\n\n| mnemonic | encoding | manual |\n|---|---|---|\n${lines.join('\n')}\n`;
}

const check = process.argv.includes('--check');
const directory = join(root, 'docs/coverage');
mkdirSync(directory, { recursive: true });
for (const plugin of standardRegistry().plugins) {
  const files = {
    [`syscalls-${plugin.abi.name}.md`]: syscalls(plugin),
    [`instructions-${plugin.name}.md`]: instructions(plugin),
  };
  for (const [file, text] of Object.entries(files)) {
    const path = join(directory, file);
    if (!check) writeFileSync(path, text);
    else if (readFileSync(path, 'utf8') !== text) {
      console.error(`docs/coverage/${file} is not what the tables say; run 'node scripts/coverage.mjs'`);
      process.exitCode = 1;
    }
  }
}
