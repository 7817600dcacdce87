import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test("README's example runs as it stands there", () => {
  const example = /```ts example\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))![1]!;
  expect(example.trim().split('\n').length).toBeLessThanOrEqual(15);
  const directory = mkdtempSync(join(ROOT, 'tests/.example-'));
  try {
    const file = join(directory, 'example.ts');
    writeFileSync(file, example);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^1000 [bc][0-9a-f]{7}\n/);
    expect(stdout).toContain("{ kind: 'exit', status: 0 }");
    expect(stdout).toContain('write: 6');
    expect(status).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
