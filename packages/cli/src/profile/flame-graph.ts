import type { Profile } from '@kml/machine';

const WIDTH = 1200;
const ROW = 17;
const MARGIN = 10;
const HEADER = 44;
/** Narrower boxes than this, in pixels, are left out. */
const LEAST = 0.3;
const CHARACTER = 6.6;

interface Box {
  readonly name: string;
  readonly file: string | undefined;
  weight: number;
  readonly children: Map<string, Box>;
}

/** A flame graph of instructions as SVG, callers below: names where they fit, figures on hover and for screen readers. */
export function flameGraph(profile: Profile, title: string): string {
  const root = tree(profile);
  const boxes: string[] = [];
  const depth = draw(root, root.weight, 0, 0, boxes);
  const height = HEADER + (depth + 1) * ROW + MARGIN;
  const about = `${profile.arch}, ${profile.cpu}: ${root.weight} guest instructions, ${profile.samples} samples, one each ${profile.every}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="monospace" font-size="11">`,
    `<title>${escaped(title)}</title><desc>${escaped(about)}</desc>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN}" y="18" font-size="14">${escaped(title)}</text><text x="${MARGIN}" y="34">${escaped(about)}</text>`,
    `<g transform="translate(0 ${height - MARGIN - ROW}) scale(1 -1)">`,
    ...boxes,
    '</g></svg>\n',
  ].join('\n');
}

function tree(profile: Profile): Box {
  const root: Box = { name: 'all', file: undefined, weight: 0, children: new Map() };
  for (const { frames, instructions } of profile.stacks) {
    if (instructions === 0) continue;
    let box = root;
    box.weight += instructions;
    for (const { name, file } of frames) {
      let child = box.children.get(name);
      if (!child) box.children.set(name, (child = { name, file, weight: 0, children: new Map() }));
      child.weight += instructions;
      box = child;
    }
  }
  return root;
}

/** Draws a box and those above it; answers how many levels there are above. */
function draw(box: Box, all: number, level: number, before: number, into: string[]): number {
  const scale = (WIDTH - 2 * MARGIN) / Math.max(1, all);
  const width = box.weight * scale;
  if (width < LEAST) return 0;
  into.push(rectangle(box, all, MARGIN + before * scale, level * ROW, width));
  let deepest = level;
  let at = before;
  for (const child of [...box.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    deepest = Math.max(deepest, draw(child, all, level + 1, at, into));
    at += child.weight;
  }
  return deepest;
}

function rectangle({ name, file, weight }: Box, all: number, x: number, y: number, width: number): string {
  const share = ((100 * weight) / Math.max(1, all)).toFixed(2);
  const hint = `${name}${file === undefined ? '' : ` (${file})`}: ${weight} instructions, ${share} %`;
  const letters = Math.floor((width - 4) / CHARACTER);
  const label = letters < 3 ? '' : name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
  const text =
    label === ''
      ? ''
      : `<text x="${(x + 2).toFixed(1)}" y="${-y - 4}" transform="scale(1 -1)">${escaped(label)}</text>`;
  const box = `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(LEAST, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colour(name)}"/>`;
  return `<g><title>${escaped(hint)}</title>${box}${text}</g>`;
}

/** A warm colour by name, the same in each picture. */
function colour(name: string): string {
  let hash = 0;
  for (let index = 0; index < name.length; index++) hash = (Math.imul(hash, 31) + name.charCodeAt(index)) >>> 0;
  return `hsl(${20 + (hash % 35)} 85% ${64 + ((hash >>> 8) % 12)}%)`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
