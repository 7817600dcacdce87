import { joined } from '@kml/core';
import { openHostCode } from '@kml/host-node';
import type { CodeStore, KeptCode, MachineOptions } from '@kml/machine';
import { expect, test } from 'vitest';
import { benchRoot } from './bench-programs.ts';
import { ARCHS, runGuest, type Way } from './harness.ts';

/** Code kept between runs of this test. */
function memoryStore(hostCode?: CodeStore['hostCode']): CodeStore {
  const files = new Map<string, Uint8Array>();
  return {
    ...(hostCode && { hostCode }),
    open(name): KeptCode | undefined {
      const bytes = files.get(name);
      if (bytes === undefined) return undefined;
      return {
        size: bytes.length,
        read(into, position) {
          into.set(bytes.subarray(position, position + into.length));
          return position + into.length <= bytes.length;
        },
        close() {},
      };
    },
    write(name, pieces) {
      files.set(name, joined(pieces));
    },
  };
}

const ARGV = ['sh', '-c', 'mode; seq 300 | cat | wc; nullwrite; echo alive'];

test.each(ARCHS.map((arch, place) => ({ arch, mode: (place % 2 ? 'kernel' : 'user') as Way['mode'] })))(
  'with code of earlier runs, to the same state: $arch, $mode mode',
  async ({ arch, mode }) => {
    const way: Way = { arch, mode, engine: 'translator' };
    const options = { root: benchRoot(arch), codeStore: memoryStore() };
    const runs = [];
    for (let run = 0; run < 3; run++) {
      const { output, result, machine } = await runGuest(way, ARGV, options);
      const { regionsKept, blocksLifted } = machine.engine.counters;
      expect(regionsKept > 0).toBe(run > 0);
      runs.push({ output, result, instructions: machine.instructions, state: machine.stateHash() });
      if (run > 0) expect(blocksLifted).toBeLessThan(1000);
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  },
);

test("with the host's machine code of earlier runs, to the same state", async () => {
  const way: Way = { arch: 'ia32', mode: 'user', engine: 'translator' };
  const codeStore = memoryStore(openHostCode((what) => what()));
  const run = async (options: MachineOptions = {}) => {
    const { output, result, machine } = await runGuest(way, ARGV, { root: benchRoot('ia32'), codeStore, ...options });
    return { counters: machine.engine.counters, end: { output, result, state: machine.stateHash() } };
  };
  const runs = [await run(), await run(), await run(), await run({ without: ['hostCode'] })];
  // The first makes what the second has optimised.
  expect(runs.map(({ counters }) => counters.modulesCompiledBefore > 0)).toEqual([false, false, true, false]);
  for (const { end } of runs) expect(end).toEqual(runs[0]!.end);
});
