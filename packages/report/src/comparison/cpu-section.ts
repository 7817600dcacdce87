import { html, type Markup } from '../html.ts';
import { tableOf } from '../page.ts';

/** What cycles are computed with: a CPU model as the architecture's package has it. */
export interface CpuParameters {
  readonly name: string;
  readonly title: string;
  readonly clockHz: number;
  /** Cycles by class of instructions. */
  readonly costs: Readonly<Record<string, number>>;
  /** Where each is from. */
  readonly sources?: Readonly<Record<string, string>> | undefined;
}

/** All parameters of the CPU models, a table each. */
export function cpuSection(models: readonly CpuParameters[]): Markup {
  return html`<section id="cpu-models"><h2>CPU models and their parameters</h2>
<p>An instruction costs the cycles of its class, whatever came before it: caches, branch prediction and overlap are not
modelled. Where a parameter is “assumed”, no manual says it; where it is “fitted”, it was chosen so that a published
figure comes out.</p>
${models.map(modelOf)}</section>`;
}

function modelOf({ name, title, clockHz, costs, sources }: CpuParameters): Markup {
  const rows = Object.entries(costs).map(([key, cycles]) => [key, String(cycles), sources?.[key] ?? '']);
  return html`<details><summary>${title} (<code>${name}</code>, ${clockHz / 1e6} MHz): ${rows.length} parameters</summary>
${tableOf({ caption: `${title}: cycles by class`, headings: ['class', 'cycles', 'source'], rows })}</details>
`;
}
