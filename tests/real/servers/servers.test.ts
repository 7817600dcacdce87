import { beforeAll, describe, expect, test } from 'vitest';
import { type Outcome, runNatively, runOnKml, serverRoot } from './root.ts';

/** Scripts whose output is the same wherever they run. What they start, they wait for: nothing sleeps. PostgreSQL's takes long. */
const SCRIPTS = ['make', 'git', 'crypto', 'redis', 'nginx', 'postgres', 'sockets', 'system', 'terminal', 'python'];

let root: string;
beforeAll(async () => {
  root = await serverRoot();
});

describe.each(SCRIPTS)('%s', (name) => {
  let native: Outcome;
  beforeAll(() => {
    native = runNatively(root, name);
    expect(native).toMatchObject({ stderr: '', status: 0 });
  });

  test.each(['user', 'kernel'] as const)('in %s mode, as natively', (mode) => {
    expect(runOnKml(root, name, mode)).toEqual(native);
  });
});
