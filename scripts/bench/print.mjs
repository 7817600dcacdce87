// The report as text.
const NAME_WIDTH = 24;
const GAP = 2;

/** What was measured, where and how. */
export function headerText({ host, versions, rounds, nodeStart }) {
  return [
    `${host.cpu}, ${host.cores} cores, ${host.memoryMiB} MiB; ${host.distribution}, ${host.kernel}`,
    `load at the start ${host.loadAtStart}; all runs on core ${host.core}, interleaved; CPU seconds, medians of ${rounds} (ratios of the least in brackets)`,
    ...Object.entries(versions).map(([name, version]) => `${name}: ${version}`),
    `Node's own start (node -e 0): ${nodeStart.toFixed(3)} s, taken off ours where the target does not include it`,
  ].join('\n');
}

/** A figure as all tables have it. */
const digits = (value) => value.toFixed(value < 100 ? 2 : 0);

/** What the least of the rounds would give, where that is known. */
const leastText = (least) => (least === undefined ? '' : ` (${digits(least)})`);

/** A value with its target: '0.84 (0.81) <= 0.9', '1.10 > 0.9 UNMET'; with `atLeast` the other way round. */
export function judgedText({ value, least, target, met, atLeast }) {
  const text = `${digits(value)}${leastText(least)}`;
  if (target === undefined) return text;
  if (atLeast) return met ? `${text} >= ${target}` : `${text} < ${target} UNMET`;
  return met ? `${text} <= ${target}` : `${text} > ${target} UNMET`;
}

/** Rows of cells as columns as wide as they need be: names left, the rest right. */
export function columnsText(rows) {
  const widths = rows[0].map((_, at) => Math.max(at === 0 ? NAME_WIDTH : 0, ...rows.map((row) => row[at].length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at] + GAP)))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** One group of one architecture. */
export function groupText(arch, { title }, { programs, means }) {
  const modes = [...new Set(programs.flatMap(({ ratios }) => Object.keys(ratios)))];
  const others = [...new Set(programs.flatMap((program) => Object.keys(program.others)))];
  const timed = ['qemu', ...modes, ...others];
  const rows = [
    [
      `${arch}, ${title}`,
      ...timed.map((column) => `${column} s`),
      ...modes.map((mode) => `${mode} / qemu`),
      ...others.map((column) => `${column.split(' ')[0]} / ${column}`),
    ],
    ...programs.map(({ name, seconds, ratios, others: rest, unit }) => [
      name,
      ...timed.map((column) => seconds[column]?.toFixed(3) ?? '-'),
      ...modes.map((mode) => `${judgedText(ratios[mode])}${unit ? ' s' : ''}`),
      ...others.map((column) => rest[column].toFixed(2)),
    ]),
  ];
  if (Object.keys(means).length > 0) {
    const blank = timed.map(() => '');
    const rest = others.map(() => '');
    rows.push(['geometric mean', ...blank, ...modes.map((mode) => judgedText(means[mode])), ...rest]);
    rows.push(["  with Node's start", ...blank, ...modes.map((mode) => means[mode].withStart.toFixed(2)), ...rest]);
  }
  return `\n${columnsText(rows)}`;
}

/** The table of the targets: a line for each, a column for each architecture and mode; '!' marks what is unmet. */
export function summaryText(summary) {
  const met = summary.filter((row) => row.met).length;
  const byLeast = summary.filter(meetsByLeast).length;
  const { headings, rows } = targetTable(summary);
  return `\nTargets: ${met} of ${summary.length} met (${byLeast} by the least of the rounds); what is not has a !\n${columnsText([headings, ...rows])}`;
}

const meetsByLeast = ({ least, target, met, atLeast }) => met || (atLeast ? least >= target : least <= target);

/** Headings and rows of that table, as text. @param cellText text of a figure */
export function targetTable(summary, cellText = markedText) {
  const columns = [...new Set(summary.map(({ arch, mode }) => `${arch} ${mode}`))];
  const lines = new Map();
  for (const row of summary) {
    const what = row.unit ? `${row.what}, ${row.unit}` : row.what;
    lines.set(what, [...(lines.get(what) ?? []), row]);
  }
  const cell = (list, column) => {
    const row = list.find(({ arch, mode }) => `${arch} ${mode}` === column);
    return row === undefined ? '-' : cellText(row);
  };
  const target = ([{ target, atLeast }]) => `${atLeast ? '>=' : '<='} ${target}`;
  return {
    headings: ['', 'target', ...columns],
    rows: [...lines].map(([what, list]) => [what, target(list), ...columns.map((column) => cell(list, column))]),
  };
}

const markedText = ({ value, met }) => `${digits(value)}${met ? ' ' : '!'}`;

/** The same table in Markdown, for documents: what the least of the rounds gives in brackets. */
export function markdownTable(summary) {
  const { headings, rows } = targetTable(summary, (row) => `${markedText(row).trim()}${leastText(row.least)}`);
  const line = (cells) => `| ${cells.map((cell) => cell.trim()).join(' | ')} |`;
  return `${[line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
