// The commands group: how long a shell user waits.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MOST_FOR_TRUE } from './groups.mjs';
import { needed, QEMU } from './host.mjs';
import { commandRoot } from './roots.mjs';

const SCRIPTS = fileURLToPath(new URL('guest', import.meta.url));

const DEBIAN_COMMANDS = [
  { name: 'bash -c true', argv: ['/usr/bin/bash', '-c', 'true'], most: 2.5 },
  { name: "python3 -c 'print(1)'", argv: ['/usr/bin/python3', '-c', 'print(1)'], most: 2.5 },
  { name: 'perl -e 1', argv: ['/usr/bin/perl', '-e', '1'], most: 2.5 },
  { name: 'script of 300 forks', argv: ['/usr/bin/bash'], script: 'forks.sh', most: 0.5 },
];

/** Cells of the group: the commands by name, and the target. */
export function commandCells({ arch, modes, binaries, subjects, node, kml, say }) {
  const variants = (build) =>
    Object.fromEntries(
      modes.flatMap((mode) =>
        Object.entries(subjects).map(([name, subject]) => [
          name === 'ours' ? mode : `${mode} ${name}`,
          build(subject, mode),
        ]),
      ),
    );
  const program = join(binaries, arch, 'true');
  const cells = [
    {
      name: 'true',
      // Its target is in seconds beyond Node's own start.
      beyond: MOST_FOR_TRUE,
      commands: { node: [node, '-e', '0'], ...variants((subject, mode) => subject.run(mode, [], program)) },
    },
  ];
  const root = commandRoot(kml, arch, say);
  if (root === undefined) return cells;
  const qemu = [needed(QEMU[arch], 'qemu-user-static'), '-L', root];
  for (const { name, argv, script, most } of DEBIAN_COMMANDS) {
    const [command, ...args] = argv;
    const options = ['--root', root, ...(script ? ['--mount', `${SCRIPTS}:/mnt:ro`] : [])];
    const theirs = script ? [join(SCRIPTS, script)] : args;
    const ours = script ? [`/mnt/${script}`] : args;
    const commands = {
      qemu: [...qemu, join(root, command), ...theirs],
      ...variants((subject, mode) => subject.run(mode, options, command, ...ours)),
    };
    cells.push({ name, commands, most });
  }
  return cells;
}
