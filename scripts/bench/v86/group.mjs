// The integer programs in v86, warm, and under KML.
import { join } from 'node:path';
import { fail } from '../fail.mjs';
import { LEAST_OF_V86 } from '../groups.mjs';
import { geometricMean, median } from '../measure.mjs';
import { pcFiles } from '../roots.mjs';
import { bootV86 } from './session.mjs';

/** A run in v86 takes about three times as long as one of ours. */
const MOST_ROUNDS = 3;

/**
 * Each program in one v86, once to warm it, and then in rounds of it and KML in user mode, in turn. As v86's boot does not
 * count, nor does Node's own start, `start` seconds.
 * @returns programs with seconds (medians) and how many times as fast as v86 KML is, by these and by the least; geometric means
 */
export async function measureV86({ programs, binaries, subject, stopwatch, rounds, start, node, kml, say, note }) {
  const files = pcFiles(kml, say);
  const directory = join(binaries, 'ia32');
  note('v86: booting');
  const machine = await bootV86({
    ...files,
    node,
    pin: stopwatch.pin,
    launcher: join(directory, 'launcher'),
    programs: programs.map(({ guest }) => join(directory, guest)),
  });
  const measured = [];
  for (const { name, guest } of programs) {
    const command = subject.run('user', [], join(directory, guest));
    note(`v86: ${name}: warming`);
    await machine.run(guest);
    stopwatch.warm({ user: command });
    const samples = { v86: [], user: [] };
    for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
      note(`v86: ${name}, ${round + 1}`);
      const theirs = await machine.run(guest);
      const { cpu, output } = stopwatch.time(command);
      if (output !== theirs.output) fail(`${name} printed ${theirs.output} in v86 and ${output} under KML`);
      samples.v86.push(theirs.cpu);
      samples.user.push(cpu - start);
    }
    const seconds = { v86: median(samples.v86), user: median(samples.user) };
    const least = Math.min(...samples.v86) / Math.min(...samples.user);
    measured.push({ name, seconds, timesAsFast: seconds.v86 / seconds.user, least });
  }
  machine.end();
  const value = geometricMean(measured.map(({ timesAsFast }) => timesAsFast));
  const least = geometricMean(measured.map((one) => one.least));
  const mean = { value, least, target: LEAST_OF_V86, atLeast: true, met: value >= LEAST_OF_V86 };
  return { boot: machine.boot, programs: measured, mean };
}
