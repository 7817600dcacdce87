import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMachine, type HostConsole, type MachineOptions, type MachineStats, memoryDirectory } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { crossProgram } from '../cross/build.ts';
import { MIPS, PPC } from '../cross/targets.ts';
import { type Debian, debianRoot } from '../debian/root.ts';

/** Static busyboxes that know nothing of KML: Debian's own, and what its source builds to where Debian has none. */
const PROGRAMS: readonly { name: string; arch: string; leastShare: number; program: () => Promise<string> }[] = [
  { name: 'i386', arch: 'ia32', leastShare: 0.95, program: () => debian('i386') },
  { name: 'armel (A32)', arch: 'arm', leastShare: 0.95, program: () => debian('armel') },
  { name: 'armhf (Thumb)', arch: 'arm', leastShare: 0.95, program: () => debian('armhf') },
  { name: 'ppc', arch: 'ppc', leastShare: 0.95, program: async () => crossProgram(PPC, 'static', 'busybox') },
  { name: 'mipsel', arch: 'mipsel', leastShare: 0.85, program: () => debian('mipsel') },
  { name: 'mips', arch: 'mips', leastShare: 0.85, program: async () => crossProgram(MIPS, 'static', 'busybox') },
];

async function debian(name: Debian): Promise<string> {
  return join(await debianRoot(name), 'trusted/bin/busybox');
}

const APPLETS =
  'sh cat find sort awk md5sum seq wc grep sed tr head tail cut uniq mkdir rm ls cp mv sleep kill xargs tar gzip';

/** What the shell's users do: pipes, find, sort, awk, md5sum, signals, traps, background jobs. */
const WORKLOAD = `
mkdir -p /tmp/work/a /tmp/work/b
cd /tmp/work
for i in $(seq 1 20); do echo "line $i of a file" > a/f$i; done
cp a/f1 b/copy; mv a/f2 b/moved
find . -type f | sort | xargs md5sum | sort -k2 | tee sums | wc -l
md5sum sums | cut -c1-32
find /tmp/work -name 'f1*' | sort | head -n 3
awk '{ n += NF; c[$2 % 3]++ } END { print n, c[0], c[1], c[2] }' a/*
seq 1 2000 | sort -rn | awk 'NR % 100 == 0 { s += $1 } END { print s }'
tar cf - a b | gzip | gzip -d | tar tf - | sort | wc -l
(trap 'echo caught; exit 3' USR1; while :; do sleep 0.01; done) & p=$!
sleep 0.05; kill -USR1 $p; wait $p; echo "status $?"
sh -c 'kill -SEGV $$'; echo "status $?"
seq 1 150 | while read x; do echo "$x"; done | md5sum
cat a/f* | tr a-z A-Z | grep -c LINE
echo done | sed 's/done/over/'
rm -rf /tmp/work; ls /tmp
`;

class Output implements HostConsole {
  text = '';
  isTty = (): boolean => false;
  size = () => ({ rows: 24, columns: 80 });
  write(_fd: 1 | 2, bytes: Uint8Array): number {
    this.text += new TextDecoder('latin1').decode(bytes);
    return 0;
  }
  read = () => null;
  setRaw(): void {}
}

async function run(
  arch: string,
  path: string,
  options: MachineOptions,
): Promise<{ text: string; stats: MachineStats }> {
  const screen = new Output();
  const links = Object.fromEntries(APPLETS.split(' ').map((name) => [`/trusted/bin/${name}`, { link: 'busybox' }]));
  const files = { '/trusted/bin/busybox': readFileSync(path), '/tmp/': new Uint8Array(), ...links };
  const root = memoryDirectory(files);
  const machine = createMachine({ arch, root, time: 'virtual', console: screen, noVdso: true, ...options });
  machine.load({ path: '/trusted/bin/sh', argv: ['sh', '-c', WORKLOAD], env: { PATH: '/trusted/bin' } });
  const result = await machine.run({ timeoutSeconds: 250 });
  expect(result).toEqual({ kind: 'exit', status: 0 });
  expect(machine.audit().faults).toEqual([]);
  return { text: screen.text, stats: machine.stats() };
}

describe.each(PROGRAMS)('busybox for $name, its traps rewritten', ({ arch, leastShare, program }) => {
  test('does what it does without, and its calls are direct', async () => {
    const path = await program();
    const plain = await run(arch, path, { recognise: false });
    const rewritten = await run(arch, path, { rewrite: true });
    expect(rewritten.text).toBe(plain.text);
    expect(plain.text).toContain('over\n');
    const { trap, direct } = rewritten.stats.kernelEntries;
    expect(plain.stats.kernelEntries.direct).toBe(0);
    expect(rewritten.stats.kernelEntries.directRewritten).toBe(direct);
    // A call that an exception led to its stub was no cheaper than a trap.
    const share = (direct - rewritten.stats.rewriting.resumed) / (direct + trap);
    expect(share).toBeGreaterThan(leastShare);
  }, 1_800_000);
});
