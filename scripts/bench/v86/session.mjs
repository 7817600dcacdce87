// A booted v86, told from here what to run.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fail } from '../fail.mjs';
import { environment } from '../host.mjs';

const MACHINE = fileURLToPath(new URL('machine.mjs', import.meta.url));

/** Boots it, which takes some twenty seconds; programs are paths of the host, and lie in the root by their base names. */
export async function bootV86({ node, pin, kernel, bios, launcher, programs }) {
  const command = [...pin, node, MACHINE, kernel, bios, launcher, ...programs];
  const child = spawn(command[0], command.slice(1), { env: environment(), stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) fail(`v86 ended: ${errors.trim() || 'without a word'}`);
    return JSON.parse(value);
  };
  const { boot } = await answer();
  return {
    boot,
    /** CPU seconds of the host for one run of a program, and what it printed. */
    async run(name, ...args) {
      child.stdin.write(`/${[name, ...args].join(' ')}\n`);
      const { cpu, output, status } = await answer();
      if (status !== 0) fail(`${name} in v86 ended with status ${status}`);
      // The terminal echoes what was typed.
      return { cpu, output: output.split('\r\n').slice(1).join('\n') };
    },
    end() {
      child.stdin.end();
      child.kill();
    },
  };
}
