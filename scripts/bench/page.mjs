// The report as a page with charts: what people rather look at.
import { pathToFileURL } from 'node:url';
import { GROUPS } from './groups.mjs';
import { headerText, targetTable } from './print.mjs';

/** The page. @param drawing dist/report.mjs */
export async function benchPage(report, drawing) {
  const { figureOf, groupedBars, html, jsonScript, pageOf, tableOf } = await import(pathToFileURL(drawing).href);
  const title = 'KML and QEMU user mode';
  const charts = Object.keys(GROUPS).flatMap((name) => groupCharts(name, report.groups, { figureOf, groupedBars }));
  const { headings, rows } = targetTable(report.summary);
  return pageOf(
    title,
    html`<h1>${title}</h1>
<ul>${headerText(report)
      .split('\n')
      .map((line) => html`<li>${line}</li>\n`)}</ul>
<p>Bars: our CPU time by QEMU's. Below 1 KML is faster.</p>
${charts}
${v86Chart(report.v86, { figureOf, groupedBars })}
${tableOf({ caption: 'Targets (! unmet)', headings, rows })}
${jsonScript('bench', report)}`,
  );
}

/** Seconds of the integer programs in v86 and under KML; nothing where v86 was not measured. */
function v86Chart(v86, { figureOf, groupedBars }) {
  if (v86 === undefined) return undefined;
  const seconds = (column) => v86.programs.map((one) => [one.name, one.seconds[column]]);
  const title = 'integer programs in v86 and under KML, ia32, user mode';
  const series = [
    { name: 'KML', bars: seconds('user') },
    { name: 'v86, warm', bars: seconds('v86') },
  ];
  return figureOf(title, groupedBars({ title, description: `CPU seconds, ${title}`, y: 'CPU seconds', series }));
}

/** A chart for each mode of a group: programs, and a bar for each architecture. */
function groupCharts(name, groups, { figureOf, groupedBars }) {
  const mine = groups.filter((one) => one.group === name && one.programs.some(({ seconds }) => seconds.qemu));
  const modes = [...new Set(mine.flatMap(({ programs }) => programs.flatMap(({ ratios }) => Object.keys(ratios))))];
  return modes.map((mode) => {
    const series = mine.map(({ arch, programs, means }) => ({
      name: arch,
      bars: [
        ...programs.filter(({ seconds }) => seconds.qemu).map((one) => [plain(one.name), one.ratios[mode].value]),
        ...(means[mode] ? [['geometric mean', means[mode].value]] : []),
      ],
    }));
    // All series have the same names, in the same order.
    const names = series.map(({ bars }) => bars.map(([bar]) => bar).join());
    const whole = series.filter((_, at) => names[at] === names[0]);
    const title = `${GROUPS[name].title}, ${mode} mode`;
    const description = `Our CPU time by QEMU's, ${title}`;
    return figureOf(title, groupedBars({ title, description, y: "our CPU time / QEMU's", series: whole }));
  });
}

const plain = (name) => name.replace(/-sse2$/, '');
