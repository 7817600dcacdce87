import { plot as draw } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { Markup } from '../html.ts';

type PlotOptions = NonNullable<Parameters<typeof draw>[0]>;

/** What a chart says to those who do not see it. */
export interface Described {
  readonly title: string;
  /** What the marks stand for, in a sentence. */
  readonly description: string;
}

/** One document draws all charts: making one takes longer than a chart. */
const { document } = parseHTML('<html><body></body></html>');

/**
 * A static SVG element of a plot, with a title and a description for screen readers. Ids are made from
 * the title, and must not occur twice in a page: charts of a page have different titles.
 */
export function svgOf(described: Described, options: PlotOptions): Markup {
  const svg = draw({ ...options, document: document as never, className: 'chart' }) as unknown as SvgElement;
  const id = idOf(described.title);
  svg.setAttribute('id', id);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-labelledby', `${id}-title`);
  svg.setAttribute('aria-describedby', `${id}-description`);
  // The page's style sheet has what Plot would write into each chart.
  svg.querySelector('style')?.remove();
  namesToData(svg);
  const title = element('title', `${id}-title`, described.title);
  svg.prepend(title, element('desc', `${id}-description`, described.description));
  return new Markup(svg.outerHTML);
}

/** Plot names the kinds of marks by aria-label, which groups without a role may not have: they become data-mark. */
function namesToData(svg: SvgElement): void {
  for (const group of svg.querySelectorAll('g[aria-label]')) {
    group.setAttribute('data-mark', group.getAttribute('aria-label')!);
    group.removeAttribute('aria-label');
  }
}

/** What is used of linkedom's elements. */
interface SvgElement {
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  querySelectorAll(selector: string): Iterable<SvgElement>;
  querySelector(selector: string): SvgElement | null;
  prepend(...elements: SvgElement[]): void;
  remove(): void;
  textContent: string;
}

function element(name: string, id: string, text: string): SvgElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name) as unknown as SvgElement;
  made.setAttribute('id', id);
  made.textContent = text;
  return made;
}

/** Letters, digits and hyphens of a title. */
export function idOf(title: string): string {
  return `chart-${title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}`;
}
