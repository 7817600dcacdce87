export { type Bar, type BarChart, barChart } from './charts/bar-chart.ts';
export type { Described } from './charts/figure.ts';
export { type GroupedBars, groupedBars } from './charts/grouped-bars.ts';
export { type LineChart, lineChart } from './charts/line-chart.ts';
export { legend } from './charts/patterns.ts';
export { type StackedBar, type StackedBars, stackedBars } from './charts/stacked-bars.ts';
export { html, jsonScript, Markup } from './html.ts';
export { formatNumber } from './numbers.ts';
export { figureOf, type HtmlTable, pageOf, tableOf } from './page.ts';
