// README's picture: the report of `kml compare`, as a browser shows it. Needs Debian's chromium.
// node scripts/screenshot.mjs [docs/images/comparison.png]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { root, step } from './node.mjs';

const picture = resolve(process.argv[2] ?? join(root, 'docs/images/comparison.png'));
const directory = mkdtempSync(join(tmpdir(), 'kml-picture-'));
const file = join(directory, 'comparison.html');
try {
  step(join(root, 'bin/kml'), ['compare', 'getpid', '--mix', '--html', file], { stdio: 'ignore' });
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1150, height: 900 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(file).href);
  // Two charts of the four are enough for a picture.
  await page.addStyleTag({ content: 'figure:nth-child(2), figure:nth-child(3) { display: none }' });
  const section = page.locator('#workload-getpid');
  const from = await section.locator('h3').boundingBox();
  const to = await section.locator('.legend').boundingBox();
  const clip = { x: 8, y: from.y - 8, width: 1134, height: to.y + to.height - from.y + 16 };
  await page.screenshot({ path: picture, fullPage: true, clip });
  await browser.close();
} finally {
  rmSync(directory, { recursive: true });
}
