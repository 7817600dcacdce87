import { html, type Markup } from '../html.ts';

/**
 * Fills that differ without colour, too: each is a tint with a texture of its own. The page has them once
 * (`patternDefinitions`), charts refer to them; colours are variables of the style sheet, for light and dark.
 */
const TEXTURES: readonly Markup[] = [
  html``,
  html`<path d="M0,8 8,0 M-2,2 2,-2 M6,10 10,6"/>`,
  html`<circle cx="2" cy="2" r="1.2"/><circle cx="6" cy="6" r="1.2"/>`,
  html`<path d="M0,0 8,8 M-2,6 2,10 M6,-2 10,2"/>`,
  html`<path d="M4,0 V8"/>`,
  html`<path d="M0,4 H8"/>`,
  html`<path d="M0,4 H8 M4,0 V8"/>`,
  html`<path d="M0,0 8,8 M0,8 8,0"/>`,
  html`<path d="M2,0 V8 M6,0 V8"/>`,
  html`<path d="M0,2 H8 M0,6 H8"/>`,
  html`<circle cx="4" cy="4" r="2.4"/>`,
];

export const PATTERNS = TEXTURES.length;

/** A chart's fill by number, from 0. */
export function fillOf(number: number): string {
  return `url(#fill-${number % PATTERNS})`;
}

/** All fills, for the beginning of a page's body. */
export function patternDefinitions(): Markup {
  return html`<svg width="0" height="0" class="definitions" aria-hidden="true"><defs>${TEXTURES.map(
    (texture, at) =>
      html`<pattern id="fill-${at}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" class="tint-${at}"/><g class="texture">${texture}</g></pattern>`,
  )}</defs></svg>`;
}

/** Names of series beside their fills. */
export function legend(entries: readonly { readonly name: string; readonly fill: number }[]): Markup {
  return html`<ul class="legend">${entries.map(
    ({ name, fill }) =>
      html`<li><svg width="18" height="12" aria-hidden="true"><rect x="0.5" y="0.5" width="17" height="11" fill="${fillOf(fill)}" class="swatch"/></svg> ${name}</li>`,
  )}</ul>`;
}
