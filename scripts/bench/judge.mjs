// Ratios beside their targets.
import { MOST_MEMORY } from './groups.mjs';
import { geometricMean } from './measure.mjs';

/** A value with the target that it must not exceed, and whether it does; without a target, alone. */
export function judged(value, target) {
  return target === undefined ? { value } : { value, target, met: value <= target };
}

const isMode = (column) => !column.includes(' ') && column !== 'qemu' && column !== 'node';

/**
 * A program's ratios by mode, and by 'MODE OTHER' those to what else was measured in that mode. Of `seconds`, medians, comes
 * what is judged; of `least`, the least of the rounds, what stands beside it: on a busy machine medians are the load's, too.
 * @param start seconds of Node's own start that the target does not include
 */
export function judgeProgram(group, { name, seconds, least, most, beyond }, start) {
  const ratios = {};
  const others = {};
  for (const [column, ours] of Object.entries(seconds)) {
    const [mode] = column.split(' ');
    if (column.includes(' ')) others[column] = seconds[mode] / ours;
    else if (isMode(column)) {
      const figure = beyond === undefined ? ratioTo('qemu', start) : beyondNode;
      const target = beyond ?? most ?? group.each;
      ratios[column] = { ...judged(figure(seconds, column), target), least: figure(least, column) };
    }
  }
  return { name, seconds, least, ratios, others, ...(beyond !== undefined && { unit: "s beyond Node's start" }) };
}

const ratioTo = (other, start) => (seconds, column) => Math.max(seconds[column] - start, 0.001) / seconds[other];
const beyondNode = (seconds, column) => seconds[column] - seconds.node;

/** Geometric means of a group's ratios, with those of the whole processes, Node's start included, beside them. */
export function judgeMeans(group, programs) {
  const compared = programs.filter(({ seconds }) => seconds.qemu !== undefined);
  if (compared.length < 2) return {};
  return Object.fromEntries(
    Object.keys(compared[0].ratios).map((mode) => [
      mode,
      {
        ...judged(geometricMean(compared.map(({ ratios }) => ratios[mode].value)), group.mean),
        least: geometricMean(compared.map(({ ratios }) => ratios[mode].least)),
        withStart: geometricMean(compared.map(({ seconds }) => seconds[mode] / seconds.qemu)),
      },
    ]),
  );
}

/** The lines of the targets' table that a group gives: of what holds for each of its programs, the worst one. */
export function summaryOf(arch, group, { programs, means }) {
  const { title } = group;
  const rows = [];
  const modes = [...new Set(programs.flatMap(({ ratios }) => Object.keys(ratios)))];
  for (const mode of modes) {
    if (means[mode]?.target !== undefined) rows.push({ arch, what: `${title}: geometric mean`, mode, ...means[mode] });
    const judgedOnes = programs.filter(({ ratios }) => ratios[mode]?.target !== undefined);
    const alike = judgedOnes.filter(({ ratios }) => ratios[mode].target === group.each);
    if (alike.length > 0) {
      const worst = alike.reduce((a, b) => (b.ratios[mode].value > a.ratios[mode].value ? b : a));
      rows.push({ arch, what: `${title}: the worst program`, mode, program: worst.name, ...worst.ratios[mode] });
    }
    for (const { name, ratios, unit } of judgedOnes) {
      if (ratios[mode].target === group.each) continue;
      rows.push({ arch, what: `${title}: ${name}`, mode, ...(unit && { unit }), ...ratios[mode] });
    }
  }
  return rows;
}

export const memoryRow = (arch, mode, mebibytes) => ({
  ...{ arch, mode, what: 'memory: bash idle', unit: 'MiB' },
  ...judged(mebibytes, MOST_MEMORY),
});
