// What is to be measured, step by step, and the report of it.
import { guestCommands } from './cells.mjs';
import { commandCells } from './commands.mjs';
import { GROUPS } from './groups.mjs';
import { judgeMeans, judgeProgram, memoryRow, summaryOf } from './judge.mjs';
import { runsOf } from './measure.mjs';
import { peakMemory } from './memory.mjs';
import { groupText } from './print.mjs';
import { measureV86 } from './v86/group.mjs';

/** Booting v86 and running its programs takes about as long as so many runs. */
const V86_WEIGHT = 240;

/** Measures all that is asked for; `print` gets each group's table when it is done. */
export async function runBench(context, print) {
  const { options, archs, progress } = context;
  const planned = archs.flatMap((arch) =>
    options.groups.map((name) => ({ arch, name, cells: cellsOf(context, arch, name) })),
  );
  const weight = ({ commands }) => runsOf(commands, options.rounds);
  progress.total = extraWeight(context);
  progress.total += planned.reduce((sum, { cells }) => sum + cells.reduce((inner, cell) => inner + weight(cell), 0), 0);
  const report = { groups: [], summary: [] };
  for (const { arch, name, cells } of planned) {
    if (cells.length > 0) measureGroup(context, arch, name, cells, weight, report, print);
    if (name === 'memory') measureMemory(context, arch, report, print);
    if (name === 'v86' && arch === 'ia32') await addV86(context, report, print);
  }
  return report;
}

/** Runs' worth of what is not a matter of cells. */
function extraWeight({ archs, options }) {
  return options.groups.includes('v86') && archs.includes('ia32') ? V86_WEIGHT : 0;
}

/** The group's programs with their commands; none for the groups that are not a matter of these. */
function cellsOf(context, arch, name) {
  const group = GROUPS[name];
  const { options } = context;
  const modes = options.modes.filter((mode) => group.modes?.includes(mode) ?? true);
  if (modes.length === 0) return [];
  const wanted = ({ name: program }) => options.programs?.includes(program) ?? true;
  if (name === 'commands') return commandCells({ ...context, arch, modes }).filter(wanted);
  return (group.programs?.(arch) ?? [])
    .filter(wanted)
    .map((program) => ({ ...program, commands: guestCommands(group, program, { ...context, arch, modes }) }));
}

function measureGroup(context, arch, name, cells, weight, report, print) {
  const { options, progress, stopwatch } = context;
  const group = GROUPS[name];
  const start = name === 'commands' ? 0 : context.nodeStart;
  const programs = cells.map((cell) => {
    const { commands } = cell;
    progress.begin(`${arch} ${name} ${cell.name}: warming`);
    stopwatch.warm(commands);
    const { medians, least } = stopwatch.compare(commands, options.rounds, (column, round) =>
      progress.begin(`${arch} ${name} ${cell.name}: ${column}, ${round + 1} of ${options.rounds}`),
    );
    progress.end(weight(cell));
    return judgeProgram(group, { ...cell, seconds: medians, least }, start);
  });
  const measured = { programs, means: judgeMeans(group, programs) };
  report.groups.push({ arch, group: name, ...measured });
  report.summary.push(...summaryOf(arch, group, measured));
  print(groupText(arch, group, measured));
}

function measureMemory(context, arch, report, print) {
  for (const mode of context.options.modes) {
    const peak = peakMemory({ ...context, arch, mode, subject: context.subjects.ours });
    if (peak === undefined) continue;
    report.summary.push(memoryRow(arch, mode, peak));
    print(`\n${arch}, peak resident memory, bash idle, ${mode} mode: ${peak.toFixed(0)} MiB`);
  }
}

async function addV86(context, report, print) {
  const programs = GROUPS.integer
    .programs('ia32')
    .filter(({ name }) => context.options.programs?.includes(name) ?? true);
  const { progress } = context;
  const result = await measureV86({
    ...context,
    ...{ programs, subject: context.subjects.ours, rounds: context.options.rounds, start: context.nodeStart },
    note: (text) => progress.begin(text),
  });
  progress.end(V86_WEIGHT);
  report.v86 = result;
  report.summary.push({ arch: 'ia32', what: 'integer: times as fast as v86', mode: 'user', ...result.mean });
  print(
    `\nia32, integer, v86 warm (booted in ${result.boot.toFixed(0)} s of CPU): ${result.programs
      .map(({ name, seconds, timesAsFast }) => `${name} ${seconds.v86.toFixed(2)} s, x${timesAsFast.toFixed(1)}`)
      .join('; ')}; geometric mean x${result.mean.value.toFixed(2)}`,
  );
}
