// An initramfs in cpio's "newc" form, as Linux unpacks it: Documentation/driver-api/early-userspace/buffer-format.rst.

const MODE_FILE = 0o100755;
const MODE_DIRECTORY = 0o040755;
const MODE_CHARACTER_DEVICE = 0o020600;

function entry(name, { mode, bytes = Buffer.alloc(0), major = 0, minor = 0 }, inode) {
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, major, minor, name.length + 1, 0];
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`);
  return Buffer.concat([padded(head), padded(bytes)]);
}

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

/** The archive: programs by path, without a slash in front, and the console that the first process gets. */
export function initramfs(programs) {
  const entries = [
    ['dev', { mode: MODE_DIRECTORY }],
    ['dev/console', { mode: MODE_CHARACTER_DEVICE, major: 5, minor: 1 }],
    ...Object.entries(programs).map(([name, bytes]) => [name, { mode: MODE_FILE, bytes }]),
    ['TRAILER!!!', { mode: 0 }],
  ];
  return Buffer.concat(entries.map(([name, file], number) => entry(name, file, number + 1)));
}
