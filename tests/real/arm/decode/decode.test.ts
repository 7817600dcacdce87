import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arm, MODE_IT_SHIFT, USR } from '@kml/arch-arm/isa';
import { afterAll } from 'vitest';
import { crossProgramWithSymbols } from '../../cross/build.ts';
import { ARMEL, ARMHF, type CrossTarget } from '../../cross/targets.ts';
import { decodeSuite } from '../../decode/suite.ts';
import { ItFollower, plain } from './style.ts';

const directory = mkdtempSync(join(tmpdir(), 'kml-decode-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A program with all of the C and mathematical libraries in it, and with the symbols that tell A32, T32 and data apart. */
function linkAll(triple: string): string {
  const out = join(directory, triple);
  const whole = ['-Wl,--whole-archive', '-lc', '-lm', '-Wl,--no-whole-archive', '-Wl,-z,muldefs'];
  const input = 'int main(void) { return 0; }';
  execFileSync(`${triple}-gcc`, ['-static', '-w', '-o', out, '-x', 'c', '-', '-x', 'none', ...whole], {
    input,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return out;
}

/** Instructions of coprocessors that this CPU has not: setjmp saves iWMMXt registers where there are any. */
const OTHER = /^(?:ldf[pe]|stf[pe]|wldr|wstr|ldc|stc)/;

const dump = ({ triple }: CrossTarget, file: string): string[] => [
  `${triple}-objdump`,
  '-d',
  '-w',
  '-j',
  '.text',
  file,
];

const follower = new ItFollower();

decodeSuite({
  isa: arm,
  mode: USR,
  async inputs() {
    return [ARMHF, ARMEL].flatMap((target) => [
      {
        name: `all of libc and libm (${target.name})`,
        command: dump(target, linkAll(target.triple)),
        minimum: 200_000,
      },
      {
        name: `busybox (${target.name})`,
        command: dump(target, crossProgramWithSymbols(target, 'busybox')),
        minimum: 300_000,
      },
    ]);
  },
  ignore: ({ text }) => text.startsWith('.') || OTHER.test(text),
  disassemble(code, dumped) {
    const it = follower.next(dumped);
    return arm.disassemble(code, dumped.address | (dumped.unit === 2 ? 1 : 0), USR | (it << MODE_IT_SHIFT));
  },
  normalizeTheirs: plain,
  normalizeOurs: plain,
});
