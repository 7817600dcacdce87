// The integer programs in v86, warm, and under KML.
import { join } from 'node:path';
import { fail } from '../fail.mjs';
import { LEAST_OF_V86 } from '../groups.mjs';
import { geometricMean, median } from '../measure.mjs';
import { pcFiles } from '../roots.mjs';
import { bootV86 } from './session.mjs';

/**
 * Each program twice in one v86, of which the second counts, and under KML in user mode, rounds of both in turn.
 * @returns programs with seconds and how many times as fast as v86 KML is, and the geometric mean
 */
export async function measureV86({ programs, binaries, subject, stopwatch, rounds, node, kml, say, note }) {
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
    note(`v86: ${name}`);
    await machine.run(guest);
    const warm = await machine.run(guest);
    const command = subject.run('user', [], join(directory, guest));
    stopwatch.warm({ user: command });
    const ours = [];
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      const { cpu, output } = stopwatch.time(command);
      if (output !== warm.output) fail(`${name} printed ${warm.output} in v86 and ${output} under KML`);
      ours.push(cpu);
    }
    const seconds = { v86: warm.cpu, user: median(ours) };
    measured.push({ name, seconds, timesAsFast: seconds.v86 / seconds.user });
  }
  machine.end();
  const value = geometricMean(measured.map(({ timesAsFast }) => timesAsFast));
  const mean = { value, target: LEAST_OF_V86, atLeast: true, met: value >= LEAST_OF_V86 };
  return { boot: machine.boot, programs: measured, mean };
}
