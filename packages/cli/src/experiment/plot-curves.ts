import type { CurveChart } from '@kml/experiment';

const COLUMNS = 64;
const ROWS = 16;
const MARKS = ['o', 'x', '+', '#'];
/** Where two series meet. */
const MEETING = '*';

/** Points of several series in a grid of characters, both axes from 0 and linear. */
export function plotCurves({ title, x, y, series }: CurveChart): string {
  const points = series.flatMap((one) => one.points);
  const most = { x: Math.max(...points.map(([at]) => at)), y: Math.max(...points.map(([, value]) => value)) };
  const top = Math.ceil(most.y / 10) * 10;
  const grid = Array.from({ length: ROWS + 1 }, () => Array.from({ length: COLUMNS + 1 }, () => ' '));
  series.forEach(({ points: own }, number) => {
    for (const [at, value] of own) {
      const row = grid[ROWS - Math.round((value / top) * ROWS)]!;
      const column = Math.round((at / most.x) * COLUMNS);
      row[column] = row[column] === ' ' ? MARKS[number]! : MEETING;
    }
  });
  const lines = grid.map((row, at) => `${label(at, top)} |${row.join('').trimEnd()}`);
  const ticks = Array.from({ length: 5 }, (_, at) => `${(most.x * at) / 4}`);
  const axis = ticks.slice(1).reduce((line, tick, at) => line.padEnd((COLUMNS * (at + 1)) / 4) + tick, ticks[0]!);
  const legend = series.map(({ name }, number) => `${MARKS[number]} ${name}`).join('   ');
  return [
    `${title}   (${legend}   ${MEETING} both)`,
    '',
    `${' '.repeat(5)}${y}`,
    ...lines,
    `     +${'-'.repeat(COLUMNS + 1)}`,
    `      ${axis}   ${x}`,
  ].join('\n');
}

/** Every fourth line has its value. */
function label(row: number, top: number): string {
  return (row % 4 === 0 ? ((top * (ROWS - row)) / ROWS).toFixed(0) : '').padStart(4);
}
