// CPU time of commands, interleaved.
import { spawnSync } from 'node:child_process';
import { fail } from './fail.mjs';
import { environment } from './host.mjs';

/**
 * Runs after which all that KML keeps between runs is there: one lifts and translates, one optimises what was used
 * again; a program as large as Python has something new for either in its second and third run, too.
 */
export const WARMING_RUNS = 4;

/** Names of the commands that are others', whom earlier runs leave nothing. */
const OTHERS = ['qemu', 'node'];

const warmingRuns = (name) => (OTHERS.includes(name) ? 1 : WARMING_RUNS);

/** How often a cell's commands are run in all. */
export function runsOf(commands, rounds) {
  const names = Object.keys(commands);
  return names.reduce((sum, name) => sum + rounds + warmingRuns(name), 0);
}

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
      env: environment(),
    });
    if (error) fail(`${command[0]}: ${error.message}`);
    if (status !== 0) fail(`status ${status} of ${command.join(' ')}\n${stderr.trim()}`);
    const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
    return { cpu: user + system, output: stdout };
  }

  /** Runs each command as often as fills the code store; the others once, from where on the disk is warm. */
  warm(commands) {
    for (const [name, command] of Object.entries(commands)) {
      for (let run = 0; run < warmingRuns(name); run++) this.time(command);
    }
  }

  /**
   * Medians of interleaved rounds and the least of each, by name of the command; `before` is called before each run. All
   * must print the same.
   */
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
    const ofEach = (what) => Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, what(list)]));
    return { medians: ofEach(median), least: ofEach((list) => Math.min(...list)) };
  }
}
