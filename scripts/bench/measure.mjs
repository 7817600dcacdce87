// CPU time of commands, interleaved.
import { spawnSync } from 'node:child_process';
import { fail } from './fail.mjs';
import { ENVIRONMENT } from './host.mjs';

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Runs commands on one core. */
export class Stopwatch {
  constructor(core) {
    this.pin = ['taskset', '-c', String(core)];
  }

  /**
   * User and system CPU seconds of a command with its children, and what it printed. The command must end
   * with status 0, or the bench ends.
   */
  time(command) {
    const shell = 'TIMEFORMAT="%3U %3S"; time "$@"';
    const { status, stdout, stderr, error } = spawnSync('bash', ['-c', shell, 'bash', ...this.pin, ...command], {
      encoding: 'latin1',
      env: ENVIRONMENT,
    });
    if (error) fail(`${command[0]}: ${error.message}`);
    if (status !== 0) fail(`status ${status} of ${command.join(' ')}\n${stderr.trim()}`);
    const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { cpu: user + system, output: stdout };
  }

  /** Medians of interleaved rounds, by name of the command; `before` is called before each run. All must print the same. */
  compare(commands, rounds, before) {
    const samples = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
    let expected;
    for (let round = 0; round < rounds; round++) {
      for (const [name, command] of Object.entries(commands)) {
        before?.(name, round);
        const { cpu, output } = this.time(command);
        expected ??= output;
        if (output !== expected) {
          fail(`${command.join(' ')} printed\n${output}and not\n${expected}`);
        }
        samples[name].push(cpu);
      }
    }
    return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, median(list)]));
  }
}
