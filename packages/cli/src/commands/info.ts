import { resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { isSaveFile, openSaveFile, SaveFileError } from '@kml/host-node';
import { describeElf } from '@kml/machine';
import { describeSave } from '../describe-save.ts';
import { Failure } from '../failure.ts';
import { readHostFile } from '../host-file.ts';
import { pluginOption, registryOf } from '../plugins.ts';

function describeSaved(path: string, json: true | undefined): void {
  try {
    const file = openSaveFile(path);
    process.stdout.write(json ? `${JSON.stringify(file.header, undefined, 2)}\n` : describeSave(path, file));
    file.close();
  } catch (error) {
    if (error instanceof SaveFileError) throw new Failure(`${path}: ${error.message}`);
    throw error;
  }
}

/** `kml info`: what an ELF file is, and what would become of it. */
export function infoCommand() {
  return new Command('info')
    .description('describe an ELF file and what would happen to it, or a file that kml run --save wrote')
    .argument('<file>', 'host file')
    .option('--json', 'as JSON')
    .addOption(pluginOption())
    .action(async (file, options) => {
      if (isSaveFile(file)) {
        describeSaved(file, options.json);
        return;
      }
      const facts = describeElf(readHostFile(file), await registryOf(options.plugin));
      if (!facts.isElf) throw new Failure(`${file}: ${facts.problem}`, 126);
      const trusted = resolve(file).startsWith('/trusted/');
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ file, ...facts, trusted }, undefined, 2)}\n`);
        return;
      }
      const lines: [string, string][] = [
        ['file', file],
        ['ISA', facts.arch === '' ? facts.isa : `${facts.isa} (architecture ${facts.arch})`],
        ['kind', facts.kind],
        ['linked', facts.interpreter === undefined ? 'statically' : `dynamically, through ${facts.interpreter}`],
        ['entry', `0x${facts.entry.toString(16)}`],
        ['memory', `${facts.memoryBytes} bytes in ${facts.segments} segments`],
        [
          'privilege',
          trusted
            ? 'kernel mode: it lies under /trusted'
            : 'user mode; kernel mode under /trusted or with --kernel-mode',
        ],
        ['here', facts.runnable ? 'runs' : `does not run: ${facts.problem}`],
      ];
      for (const [name, value] of lines) process.stdout.write(`${name.padEnd(10)} ${value}\n`);
    });
}
