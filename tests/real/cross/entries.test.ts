import { openDirectory } from '@kml/host-node';
import { createMachine } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { crossRoot } from './root.ts';
import { MIPS, PPC } from './targets.ts';

/** Many calls of a shell's own, some programs started, a pipe. */
const WORK = 'i=0; while [ $i -lt 400 ]; do echo $i > /tmp/f; read x < /tmp/f; i=$((i+1)); done; seq 30 | wc -l';

describe.each([PPC, MIPS])('under /trusted, dynamic programs of $name', (target) => {
  test.each(['bash', 'busybox'])(
    '%s makes at least 95 % of its system calls as direct or recognised ones',
    async (shell) => {
      const machine = createMachine({
        arch: target.arch,
        time: 'virtual',
        root: openDirectory(crossRoot(target, 'dynamic')),
      });
      const path = `/trusted/bin/${shell}`;
      const argv = shell === 'bash' ? [path, '-c', WORK] : [path, 'sh', '-c', WORK];
      machine.load({ path, argv, env: { PATH: '/trusted/bin' } });
      expect(await machine.run({ timeoutSeconds: 250 })).toEqual({ kind: 'exit', status: 0 });
      const { trap, fast, direct, recognised } = machine.stats().kernelEntries;
      expect((direct + recognised) / (trap + fast + direct + recognised)).toBeGreaterThan(0.95);
      expect(recognised).toBeGreaterThan(3000);
    },
  );
});
