import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, debugRoot, inGuest, natively, programDirectory } from './root.ts';

const programs = programDirectory();
let root = '';
beforeAll(async () => {
  root = await debugRoot('i386');
  for (const name of ['crash', 'crash-threads']) compile('i686-linux-gnu-gcc', name, join(programs, name));
  for (const name of ['crash.gdb', 'fork.gdb', 'hardware.gdb', 'threads.gdb'])
    copyFileSync(new URL(name, import.meta.url), join(programs, name));
});
afterAll(() => rmSync(programs, { recursive: true }));

/** Addresses of stacks and libraries differ, numbers of processes, and where the first thread is just then. */
function comparable(text: string): string[] {
  return text
    .replace(/0x[bf][0-9a-f]{7}/g, 'ADDR')
    .replace(/\(LWP \d+\)/g, '(LWP)')
    .replace(/process \d+/g, 'process')
    .split('\n')
    .filter((line) => !/^ +1 +Thread/.test(line))
    .map((line) => line.replace(/ +/g, ' '));
}

/** Breakpoints, steps, watched variables, calls of functions, registers, signals; threads by way of libthread_db. */
test.each([
  ['crash.gdb', 'crash'],
  ['hardware.gdb', 'crash'],
  ['fork.gdb', '--args /bin/sh -c "/bin/ls /usr; echo done"'],
  ['threads.gdb', 'crash-threads'],
])('gdb does as natively what %s says', (script, program) => {
  const command = `gdb --batch -nx -x /opt/${script} ${program.startsWith('-') ? '' : '/opt/'}${program} 2>&1`;
  const expected = natively(root, programs, command);
  const actual = inGuest(root, programs, command);
  expect(expected.stdout).toMatch(/Segmentation fault|Hardware assisted|exited normally/);
  expect(expected.stdout).not.toContain('Error in sourced');
  expect({ ...actual, stdout: comparable(actual.stdout) }).toEqual({
    ...expected,
    stdout: comparable(expected.stdout),
  });
});

test('gdb debugs a program in kernel mode as any other', () => {
  const expected = natively(root, programs, 'gdb --batch -nx -x /opt/crash.gdb /opt/crash 2>&1');
  const place = 'mkdir -p /trusted/bin; cp /opt/crash /trusted/bin/crash;';
  const actual = inGuest(root, programs, `${place} gdb --batch -nx -x /opt/crash.gdb /trusted/bin/crash 2>&1`);
  expect(comparable(actual.stdout)).toEqual(comparable(expected.stdout));
});
