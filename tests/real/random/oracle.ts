import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ByteOrder, decodeResults, encodeCases, type RandomCase, type RandomResult } from './layout.ts';

/** A CPU to compare with: the driver's source, how it is compiled, and what runs it. */
export interface OracleOptions {
  /** For people: 'QEMU', "this host's CPU". */
  readonly name: string;
  /** The ISA's driver.c. */
  readonly driver: URL;
  /** Compiler and its flags beyond -O1 -static. */
  readonly compile: readonly string[];
  /** What goes before the program: ['qemu-arm-static', '-cpu', 'cortex-a9']; empty for the host's own CPU. */
  readonly run: readonly string[];
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** Runs cases in an ISA's driver, on a CPU that is not ours. */
export class Oracle {
  readonly name: string;
  private readonly options: OracleOptions;
  private readonly directory = mkdtempSync(join(tmpdir(), 'kml-random-'));
  private readonly program = join(this.directory, 'driver');

  constructor(options: OracleOptions) {
    this.name = options.name;
    this.options = options;
    const [compiler, ...flags] = options.compile;
    const source = fileURLToPath(options.driver);
    execFileSync(compiler!, ['-O1', '-static', '-Wall', `-I${HERE}`, ...flags, '-o', this.program, source]);
  }

  run(cases: readonly RandomCase[], stop: readonly number[], order: ByteOrder): RandomResult[] {
    const input = join(this.directory, 'cases');
    const output = join(this.directory, 'results');
    writeFileSync(input, encodeCases(cases, stop, order));
    writeFileSync(output, '');
    const [command, ...before] = [...this.options.run, this.program];
    execFileSync(command!, [...before, input, output], { timeout: 240_000 });
    return decodeResults(cases, readFileSync(output), order);
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true });
  }
}
