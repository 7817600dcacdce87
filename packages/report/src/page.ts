import { patternDefinitions } from './charts/patterns.ts';
import { html, Markup } from './html.ts';
import { STYLE } from './style.ts';

/** A whole page that needs nothing else: style, fills of the charts, and content. Nothing in it runs. */
export function pageOf(title: string, content: Markup): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style></head>
<body>${patternDefinitions()}
${content}
</body></html>
`;
  return page.source;
}

export interface HtmlTable {
  readonly caption: string;
  readonly headings: readonly string[];
  /** A column of numbers only stands right. */
  readonly rows: readonly (readonly string[])[];
}

/** A table that scrolls by itself where the page is narrow. */
export function tableOf({ caption, headings, rows }: HtmlTable): Markup {
  const numeric = headings.map((_, at) => rows.every((row) => /^[-+]?[\d.]*( %)?$/.test(row[at]!)));
  const kind = (at: number): Markup => (numeric[at] ? html` class="number"` : html``);
  const cell = (text: string, at: number): Markup =>
    text.length > 60 ? html`<td class="wide">${text}</td>` : html`<td${kind(at)}>${text}</td>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${headings.map((heading, at) => html`<th scope="col"${kind(at)}>${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}

/** A chart with its title above it. */
export function figureOf(title: string, chart: Markup): Markup {
  return html`<figure><figcaption>${title}</figcaption>${chart}</figure>`;
}
