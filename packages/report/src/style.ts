/** Lightness of a fill's tint and hue; dark pages have dark tints. */
const HUES = [215, 30, 145, 280, 0, 190, 55, 330, 100, 250, 15];

function tints(saturation: number, lightness: number): string {
  return HUES.map((hue, at) => `--tint-${at}:hsl(${hue} ${saturation}% ${lightness}%);`).join('');
}

const LIGHT = `--page:#fff;--ink:#1a1c20;--soft:#5a6069;--rule:#d5d8dd;--panel:#f6f7f9;--texture:#0007;--halo:#fffc;
--line-0:#0b57b7;--line-1:#b3400a;--line-2:#1c7a3e;--line-3:#7a2aa8;${tints(75, 82)}`;
const DARK = `--page:#14161a;--ink:#e8eaee;--soft:#a2a9b4;--rule:#3a3f48;--panel:#1c1f25;--texture:#fff6;--halo:#0009;
--line-0:#7ab4ff;--line-1:#ffa36b;--line-2:#74d896;--line-3:#d59bff;${tints(45, 32)}`;

/** Of the flat fills on paper, in percent: neighbours differ by it where there is no colour. */
const LIGHTNESS = [93, 64, 84, 56, 75, 96, 68, 88, 60, 80, 72];

/** Browsers print a pattern as a picture for each bar, tens of megabytes a page: on paper, fills are flat. */
const FLAT_FILLS = HUES.map((hue, at) => `[fill="url(#fill-${at})"]{fill:hsl(${hue} 55% ${LIGHTNESS[at]!}%)}`).join('');

/** The style sheet of every page: light, dark and on paper. */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.2rem 1.5rem 4rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:.4rem 0}
h2{font-size:1.35rem;margin:2.6rem 0 .6rem;border-bottom:2px solid var(--rule);padding-bottom:.2rem}
h3{font-size:1.08rem;margin:1.8rem 0 .4rem}
p,li{max-width:52rem}
.lead{font-size:1.05rem}
.note,figcaption,.soft{color:var(--soft);font-size:.88rem}
.bad{color:#c62828;font-weight:600}
@media (prefers-color-scheme:dark){.bad{color:#ff8a80}}
nav ul,.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;margin:.5rem 0;font-size:.9rem}
a{color:var(--line-0)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--line-1);outline-offset:2px}
.definitions{position:absolute}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 1.5rem;align-items:start}
figure{margin:.5rem 0;break-inside:avoid}
figcaption{font-weight:600;color:var(--ink)}
svg.chart{display:block;max-width:100%;height:auto;font-size:11px;overflow:visible}
svg.chart text{white-space:pre}
.value,.series-name{font-weight:600}
.share{font-weight:600;paint-order:stroke;stroke:var(--halo);stroke-width:3px}
.swatch{stroke:currentColor;stroke-width:.7}
.texture{stroke:var(--texture);fill:none;stroke-width:1}
.texture circle{fill:var(--texture);stroke:none}
${HUES.map((_, at) => `.tint-${at}{fill:var(--tint-${at})}`).join('')}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.84rem;font-variant-numeric:tabular-nums;margin:.4rem 0 1rem}
caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{padding:.18rem .6rem;border-bottom:1px solid var(--rule);text-align:left;white-space:nowrap}
td.wide{white-space:normal;min-width:20rem}
thead th{border-bottom:2px solid var(--soft);background:var(--panel)}
.number{text-align:right}
code{font-family:ui-monospace,monospace;font-size:.92em}
summary{cursor:pointer;font-weight:600}
@media print{:root{color-scheme:light;${LIGHT}}body{max-width:none;padding:0;font-size:10pt}nav{display:none}
.scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:.1rem .3rem}h2,h3{break-after:avoid}tr{break-inside:avoid}${FLAT_FILLS}}
`;
