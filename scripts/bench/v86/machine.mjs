// v86, booted with Debian's kernel and an initramfs of our own programs: a process of its own, so that it can be
// pinned. Run as `machine.mjs KERNEL BIOS_DIRECTORY PROGRAM...`; then each line of standard input is a command for the
// machine's launcher, answered by a line of JSON: { cpu, output, status }. The first line says that it is up.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { V86 } from 'v86';
import { initramfs } from './initramfs.mjs';

const MIB = 2 ** 20;
const [kernel, bios, launcher, ...programs] = process.argv.slice(2);

const image = (path) => {
  const bytes = readFileSync(path);
  return { buffer: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) };
};
const archive = initramfs(
  Object.fromEntries([
    ['init', readFileSync(launcher)],
    ...programs.map((path) => [basename(path), readFileSync(path)]),
  ]),
);

const machine = new V86({
  wasm_path: join(dirname(createRequire(import.meta.url).resolve('v86')), 'v86.wasm'),
  memory_size: 128 * MIB,
  vga_memory_size: 2 * MIB,
  bios: image(join(bios, 'bios.bin')),
  vga_bios: image(join(bios, 'vgabios-stdvga.bin')),
  bzimage: image(kernel),
  initrd: { buffer: archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.length) },
  // Else it looks for a sound card and more, for half a minute.
  cmdline: 'console=ttyS0 rdinit=/init quiet mitigations=off tsc=reliable random.trust_cpu=on',
  disable_speaker: true,
  autostart: true,
});

let text = '';
let heard = () => {};
machine.add_listener('serial0-output-byte', (byte) => {
  text += String.fromCharCode(byte);
  if (byte === 10) heard();
});

/** What the machine prints up to a line of the launcher's, and that line's rest. */
function untilLauncher() {
  return new Promise((resolve) => {
    heard = () => {
      const match = /^launcher: (\w+)\r?\n/m.exec(text);
      if (match === null) return;
      const output = text.slice(0, match.index);
      text = text.slice(match.index + match[0].length);
      heard = () => {};
      resolve({ output, word: match[1] });
    };
    heard();
  });
}

const seconds = ({ user, system }) => (user + system) / 1e6;
const answer = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);

await untilLauncher();
answer({ boot: seconds(process.cpuUsage()) });
for await (const command of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  machine.serial0_send(`${command}\n`);
  const { output, word } = await untilLauncher();
  answer({ cpu: seconds(process.cpuUsage(before)), output, status: Number(word) });
}
process.exit(0);
