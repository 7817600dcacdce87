import { spawn } from 'node:child_process';

/** Shows a file in the user's browser, and does not wait for it. Where that cannot be, a line says so. */
export function openInBrowser(file: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
  child.on('error', () => process.stderr.write(`kml: no browser opened: this host has no ${opener}\n`));
  child.unref();
}
