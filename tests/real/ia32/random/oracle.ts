import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeResults, encodeCases, type RandomCase, type RandomResult } from './layout.ts';

const SOURCE = fileURLToPath(new URL('driver.c', import.meta.url));

/** Runs cases in driver.c, compiled for i386: on this host's CPU, and under QEMU. */
export class Oracle {
  private readonly directory = mkdtempSync(join(tmpdir(), 'kml-random-'));
  private readonly program = join(this.directory, 'driver');

  constructor() {
    execFileSync('i686-linux-gnu-gcc', ['-O1', '-static', '-fno-pie', '-no-pie', '-Wall', '-o', this.program, SOURCE]);
  }

  native(cases: readonly RandomCase[]): RandomResult[] {
    return this.run(cases, this.program, []);
  }

  qemu(cases: readonly RandomCase[]): RandomResult[] {
    return this.run(cases, 'qemu-i386-static', [this.program]);
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true });
  }

  private run(cases: readonly RandomCase[], command: string, before: readonly string[]): RandomResult[] {
    const input = join(this.directory, 'cases');
    const output = join(this.directory, 'results');
    writeFileSync(input, encodeCases(cases));
    execFileSync(command, [...before, input, output], { timeout: 240_000 });
    return decodeResults(cases, readFileSync(output));
  }
}
