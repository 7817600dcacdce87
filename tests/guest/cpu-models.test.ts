import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type CpuDescription, describeCpus, standardRegistry } from '@kml/machine';
import { describe, expect, test } from 'vitest';

const KML = fileURLToPath(new URL('../../bin/kml', import.meta.url));

function kml(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(KML, args, { encoding: 'utf8', timeout: 60_000 });
  return { stdout, stderr, status };
}

const MODELS = standardRegistry().plugins.flatMap(describeCpus);

/** A document, file or measurement; or an assumption with its reason. */
const SOURCE = /^(assumed: |fitted: )?\S.{9,}/;

describe.each(MODELS.map((model) => [`${model.arch} ${model.name}`, model] as const))('%s', (_, model) => {
  test('has a value and a source of every cost', () => {
    const same = MODELS.filter(({ arch }) => arch === model.arch);
    expect(model.costs.map(({ name }) => name)).toEqual(same[0]!.costs.map(({ name }) => name));
    for (const { name, cycles, source } of model.costs) {
      expect(Number.isInteger(cycles) && cycles >= 0, name).toBe(true);
      expect(source, name).toMatch(SOURCE);
    }
  });

  test('has a value and a source of all work of the kernel', () => {
    for (const { name, cycles, unit, source } of model.work) {
      expect(cycles, name).toBeGreaterThanOrEqual(0);
      expect(unit.length, name).toBeGreaterThan(0);
      expect(source, name).toMatch(SOURCE);
    }
    expect(model.work.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['copyByte', 'copyEntry', 'read', 'otherCall']),
    );
  });
});

test('at least two models an architecture', () => {
  for (const { name } of standardRegistry().plugins) {
    expect(MODELS.filter(({ arch }) => arch === name).length).toBeGreaterThanOrEqual(2);
  }
});

describe('kml cpu', () => {
  test('lists the models, those of one architecture if asked', () => {
    expect(kml('cpu').stdout).toMatch(/^cortex-a9 +arm +1000 MHz +\d+ of \d+ +ARM Cortex-A9 1.0 GHz \(default\)$/m);
    const mips = kml('cpu', '--arch', 'mips').stdout.trimEnd().split('\n');
    expect(mips.slice(1).map((line) => line.split(' ')[0])).toEqual(['mips-24kf', 'mips-4kc']);
  });

  test('shows what a model charges, with sources', () => {
    const { stdout, status } = kml('cpu', 'ppc-750');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^divide +19 {2}GCC config\/rs6000\/7xx.md.*ppc750-idiv$/m);
    expect(stdout).toMatch(/^pathComponent +90 {2}a component of a path looked up +assumed: .*times 0.6: /m);
    const json = JSON.parse(kml('cpu', 'pentium3', '--json').stdout) as CpuDescription;
    expect(json).toEqual(MODELS.find(({ name }) => name === 'pentium3'));
  });

  test('says what there is where a name is unknown', () => {
    expect(kml('cpu', 'i4004')).toEqual({
      stdout: '',
      stderr: expect.stringMatching(/^kml: no CPU model 'i4004'; there is pentium4, pentium3, [^\n]*e300\n$/),
      status: 125,
    });
    expect(kml('cpu', '--arch', 'vax').stderr).toMatch(/^kml: no architecture 'vax'; there is ia32, arm, /);
  });
});
