import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison } from '@kml/compare';
import { Failure } from '../failure.ts';

/**
 * What is compared, a process each: all instructions by class where the kernel has a part in it; what
 * only computes is left to the translator, for counting by class would take minutes.
 */
const PARTS = [['call', 'process', 'memory', 'shell', '--mix'], ['cpu']];

/** Begins a comparison in processes of its own. `stop` ends those that still run. */
export function beginComparison(archs: readonly string[]): { result: Promise<Comparison>; stop: () => void } {
  const parts = PARTS.map((args) => begin([...args, '--arch', archs.join(','), '--json', '-']));
  const result = Promise.all(parts.map((part) => part.result)).then(merged);
  // The tour asks for it late: until then a failure is nobody's.
  result.catch(() => {});
  return {
    result,
    stop: () => {
      for (const part of parts) part.stop();
    },
  };
}

function merged(parts: readonly Comparison[]): Comparison {
  return { ...parts[0]!, rows: parts.flatMap(({ rows }) => rows) };
}

function begin(args: readonly string[]) {
  const kml = fileURLToPath(new URL('../bin/kml', import.meta.url));
  const child = spawn(kml, ['compare', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const result = new Promise<Comparison>((resolve, reject) => {
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (piece: Buffer) => output.push(piece));
    child.stderr.on('data', (piece: Buffer) => errors.push(piece));
    child.on('error', (error) => reject(new Failure(`the comparison cannot be started: ${error.message}`)));
    child.on('close', (status) => {
      // Rows that failed are status 1, and are told by the rows.
      if (status === 0 || status === 1) resolve(JSON.parse(Buffer.concat(output).toString()));
      else
        reject(new Failure(`the comparison failed: ${Buffer.concat(errors).toString().trim() || `status ${status}`}`));
    });
  });
  return { result, stop: () => void child.kill() };
}
