import { beforeAll, describe, expect, test } from 'vitest';
import { CASES } from './cases.ts';
import { debianRoot, type Outcome, runNatively, runOnKml } from './root.ts';

let root: string;
const native = new Map<string, Outcome>();

beforeAll(async () => {
  root = await debianRoot();
});

describe.each(['user', 'kernel'] as const)("Debian's i386 programs in %s mode do what they do natively", (mode) => {
  test.each(Object.entries(CASES))('%s', (name, command) => {
    let expected = native.get(name);
    if (!expected) native.set(name, (expected = runNatively(root, command)));
    const { stdout, stderr, status } = runOnKml(root, command, mode);
    // Error texts name the program by its path, which is another under /trusted.
    expect({ stdout, status, stderr: normalise(stderr) }).toEqual({ ...expected, stderr: normalise(expected.stderr) });
  });
});

function normalise(text: string): string {
  return text.replaceAll('/trusted/bin/', '/usr/bin/').replace(/^.*line \d+: /gm, '');
}
