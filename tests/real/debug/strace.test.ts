import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DebugArchitecture, debugRoot, inGuest, natively, programDirectory } from './root.ts';

const programs = programDirectory();
const roots = new Map<DebugArchitecture, string>();
beforeAll(async () => {
  for (const architecture of ['i386', 'armhf', 'mipsel'] as const) {
    roots.set(architecture, await debugRoot(architecture));
  }
  copyFileSync(join(roots.get('i386')!, 'usr/bin/ls'), join(programs, 'ls'));
});
afterAll(() => rmSync(programs, { recursive: true }));

/** Traces of each process apart, in the order of their numbers. */
const traced = (command: string): string => `strace -ff -o /tmp/o ${command} > /dev/null; cat /tmp/o.*`;

/**
 * What is the same on every kernel: numbers of processes and addresses apart, what is random, whether the
 * root is a mount's, and what this kernel does not have (rseq) or shows otherwise (/proc/filesystems, the order of a stat's bits).
 */
function comparable(text: string): string[] {
  const pids = new Map<string, string>();
  const pid = (found: string): string => {
    if (!pids.has(found)) pids.set(found, `P${pids.size}`);
    return pids.get(found)!;
  };
  const lines = text
    .replace(/0x[0-9a-f]+/g, 'ADDR')
    .replace(
      /(set_tid_address\(ADDR\) += |clone\(.*\) += |si_pid=|vfork\(\) += |wait4\(-1,.*\) += )(\d+)/g,
      (_, call, number) => call + pid(number),
    )
    .replace(/(get(?:p|pp)id\(\) += |\/\* )\d+/g, '$1N')
    .replace(/stx_attributes=\w+/g, 'stx_attributes=A')
    .replace(/stx_mask=[A-Z_|]+/g, 'stx_mask=M')
    .replace(/entry_number=\d+\)/g, 'entry_number=N)')
    .replace(/(rseq\(.*\)) +=.*/g, '$1')
    .replace(/getrandom\(".*?"/g, 'getrandom("R"')
    .replace(/ += /g, ' = ')
    .split('\n');
  return lines.map((line, at) => (/filesystems/.test(lines.slice(Math.max(0, at - 4), at).join()) ? 'P' : line));
}

describe('strace', () => {
  test('-f ls prints what it does natively', () => {
    const command = traced('ls /usr');
    const [expected, actual] = [
      natively(roots.get('i386')!, programs, command),
      inGuest(roots.get('i386')!, programs, command),
    ];
    expect(expected.stdout.split('\n').length).toBeGreaterThan(50);
    expect({ ...actual, stdout: comparable(actual.stdout) }).toEqual({
      ...expected,
      stdout: comparable(expected.stdout),
    });
  });

  /** When SIGCHLD comes while the shell waits, and so what its waits give, is chance. */
  const withoutChance = (text: string): string[] =>
    comparable(text).filter((line) => !/SIGCHLD|sigreturn|wait4|^close\(|si_pid/.test(line));

  test('-f sh -c "ls|cat" prints what it does natively', () => {
    const command = traced(`sh -c 'ls /usr | cat'`);
    const [expected, actual] = [
      natively(roots.get('i386')!, programs, command),
      inGuest(roots.get('i386')!, programs, command),
    ];
    expect(expected.stdout.split('\n').length).toBeGreaterThan(100);
    expect(withoutChance(actual.stdout)).toEqual(withoutChance(expected.stdout));
  });

  test.each(['armhf', 'mipsel'] as const)('of Debian %s follows the processes of a pipe', (architecture) => {
    const { stdout, status } = inGuest(
      roots.get(architecture)!,
      programs,
      `strace -f -o /tmp/o sh -c 'ls /usr | cat'; cat /tmp/o`,
    );
    expect(status).toBe(0);
    const exits = stdout.split('\n').filter((line) => line.endsWith('+++ exited with 0 +++'));
    expect(exits).toHaveLength(3);
    const executed = [...stdout.matchAll(/execve\("(.*?)"/g)].map(([, path]) => path);
    expect(executed.filter((path) => path === '/usr/bin/ls' || path === '/usr/bin/cat').sort()).toEqual([
      '/usr/bin/cat',
      '/usr/bin/ls',
    ]);
    expect(stdout).toMatch(/write\(1, "bin\\n.*"/);
    expect(stdout).toMatch(/SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED/);
  });

  /** The dynamic linker makes its calls by traps; libc makes its own directly, which no tracer sees. */
  test('of a program in kernel mode shows the calls that come by a trap', () => {
    const command =
      'mkdir -p /trusted/bin; cp /opt/ls /trusted/bin/ls; strace /trusted/bin/ls /usr 2>/tmp/o; cat /tmp/o';
    const { stdout } = inGuest(roots.get('i386')!, programs, command);
    expect(stdout).toMatch(/^bin$/m);
    expect(stdout).toMatch(/execve\("\/trusted\/bin\/ls", .*\) = 0/);
    expect(stdout).toMatch(/openat\(AT_FDCWD, ".*libc\.so\.6", .*\) = 3/);
    expect(stdout).not.toMatch(/write\(1|getdents/);
    expect(stdout).toMatch(/\+\+\+ exited with 0 \+\+\+/);
  });
});
