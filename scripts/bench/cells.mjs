// What is measured together: a program under QEMU, and under KML in each mode.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './fail.mjs';
import { needed, QEMU } from './host.mjs';

/** Builds the command lines of one checkout of KML. */
export class Subject {
  constructor(directory, options = []) {
    this.kml = join(directory, 'bin/kml');
    this.options = options;
    for (const file of ['bin/kml', 'dist/kml.mjs']) {
      if (!existsSync(join(directory, file))) fail(`${directory} is no built checkout of KML: it has no ${file}`);
    }
  }

  run(mode, options, ...program) {
    const kernel = mode === 'kernel' ? ['--kernel-mode'] : [];
    return [this.kml, 'run', ...this.options, ...kernel, ...options, '--', ...program];
  }
}

/** The commands of a program of ours, by name: 'qemu', and for each mode that mode and what it is compared with. */
export function guestCommands(group, program, { arch, modes, binaries, subjects }) {
  const binary = (name) => join(binaries, arch, name);
  const qemu = needed(QEMU[arch], 'qemu-user-static');
  const executed = program.executes ? [qemu, binary(program.executes)] : [];
  const commands = { qemu: [qemu, binary(program.guest), ...program.args, ...executed] };
  for (const mode of modes) {
    const options = mode === 'kernel' ? (group.kernelOptions ?? []) : [];
    const args = program.ours ?? program.args;
    for (const [name, subject] of Object.entries(subjects)) {
      commands[name === 'ours' ? mode : `${mode} ${name}`] = program.executes
        ? subject.run(
            mode,
            [...options, '--root', join(binaries, arch)],
            `/${program.guest}`,
            ...args,
            `/${program.executes}`,
          )
        : subject.run(mode, options, binary(program.guest), ...args);
    }
  }
  return commands;
}
