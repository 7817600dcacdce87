import type { Comparison, ComparisonRow, Measures } from '@kml/compare';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { comparisonPage } from './comparison-page.ts';
import type { CpuParameters } from './cpu-section.ts';

const MIX = {
  alu: 8,
  aluMemory: 0,
  load: 2,
  store: 0,
  branch: 0,
  call: 0,
  multiply: 0,
  float: 0,
  simd: 0,
  system: 0,
  other: 0,
};

function measures(cycles: number, more: Partial<Measures> = {}): Measures {
  return {
    instructions: 10,
    cycles,
    nanoseconds: cycles / 2,
    kernelEntries: { trap: 1, fast: 0, direct: 0, recognised: 0, rewritten: 0, fault: 0, interrupt: 0 },
    systemCalls: 1,
    pageFaults: { minor: 0, major: 0 },
    contextSwitches: 0,
    signals: 0,
    ...more,
  };
}

const CPU = { name: 'fast-one', title: 'A fast one', clockHz: 2e9 };

function row(more: Partial<ComparisonRow> = {}): ComparisonRow {
  return {
    arch: 'ia32',
    abi: 'i386',
    byteOrder: 'little',
    mode: 'user',
    entry: 'trap',
    cpu: CPU,
    workload: { name: 'getpid', title: 'null system call', group: 'call', unit: 'call' },
    iterations: 100,
    perUnit: measures(200),
    total: measures(20_000),
    ended: 'exit 0',
    exitStatus: 0,
    outputSha256: '',
    verdict: 'ok',
    ...more,
  };
}

const comparison = (rows: readonly ComparisonRow[], more: Partial<Comparison> = {}): Comparison => ({
  format: 1,
  generator: { name: 'kml', version: '1.2.3' },
  time: 'virtual',
  rows,
  ...more,
});

const MODELS: readonly CpuParameters[] = [
  { ...CPU, costs: { alu: 1, interrupt: 999 }, sources: { alu: 'a manual', interrupt: 'assumed' } },
  { name: 'unused', title: 'Unused', clockHz: 1, costs: { alu: 77 } },
];
const pageOf = (found: Comparison) => parseHTML(comparisonPage(found, MODELS)).document;
const texts = (
  root: { querySelectorAll(selector: string): Iterable<{ textContent: string | null }> },
  selector: string,
) => [...root.querySelectorAll(selector)].map(({ textContent }) => textContent);

const TWO_MODES = [row(), row({ mode: 'kernel', entry: 'direct', perUnit: measures(50.25) })];

test('holds the comparison as data, whatever is in it', () => {
  const found = comparison([row({ verdict: 'failed', reason: 'said </script><b>&' })]);
  const page = comparisonPage(found, MODELS);
  expect(page).not.toContain('said </script>');
  const json = /<script type="application\/json" id="comparison">(.*?)<\/script>/s.exec(page)![1]!;
  expect(JSON.parse(json)).toEqual(found);
  expect(texts(pageOf(found), '.bad')).toEqual([
    '1 of 1 rows failed; each says why at its workload.',
    'Failed: ia32, user, trap: said </script><b>&',
  ]);
});

test('has a chart and a table of each number that there is', () => {
  const section = pageOf(comparison(TWO_MODES)).querySelector('#workload-getpid')!;
  expect(texts(section, 'figcaption')).toEqual([
    'getpid: cycles per call',
    "getpid: nanoseconds at the CPU model's clock rate per call",
    'getpid: instructions per call',
  ]);
  expect(texts(section.querySelector('svg.chart')!, '.value text')).toEqual(['200', '50.25']);
  const headings = texts(section, 'thead th');
  const lines = [...section.querySelectorAll('tbody tr')].map((line) => texts(line, 'td'));
  expect(lines.map((line) => line[headings.indexOf('cycles')])).toEqual(['200', '50.25']);
  expect(headings).not.toContain('page faults');
  expect(headings).not.toContain('alu');
});

test('shows page faults, switches, the mix and host seconds where there are any', () => {
  const perUnit = measures(200, { pageFaults: { minor: 3, major: 2 }, contextSwitches: 4, mix: MIX });
  const total = measures(20_000, { hostSeconds: 1.5 });
  const host = { cpu: 'Some CPU', cores: 8, platform: 'linux', node: '24' };
  const document = pageOf(comparison([row({ perUnit, total })], { host }));
  const section = document.querySelector('#workload-getpid')!;
  expect(texts(section, 'figcaption')).toEqual(
    expect.arrayContaining([
      'getpid: page faults per call',
      'getpid: context switches per call',
      'getpid: instructions by class',
    ]),
  );
  expect(texts(section, '.share text')).toEqual(['80', '20']);
  expect(texts(section, '.legend li').map((text) => text!.trim())).toEqual(['alu', 'load']);
  expect(texts(section, 'thead th')).toEqual(expect.arrayContaining(['page faults', 'switches', 'alu', 'load']));
  expect(texts(section, 'tbody td')).toContain('1.5');
  expect(document.querySelector('#reading')!.textContent).toContain('Some CPU (8 cores)');
});

test('says what kernel mode leaves of the cycles, each mode by its cheapest way', () => {
  const dearer = row({ mode: 'kernel', entry: 'trap', perUnit: measures(190) });
  const failed = row({ mode: 'kernel', entry: 'recognised', perUnit: measures(1), verdict: 'failed', reason: 'broke' });
  const document = pageOf(comparison([...TWO_MODES, dearer, failed]));
  const overview = document.querySelector('#group-call figure')!;
  expect(texts(overview, '.value text')).toEqual(['25.13']);
});

test('names the CPU models that were used, their parameters and where each is from', () => {
  const section = pageOf(comparison(TWO_MODES)).querySelector('#cpu-models')!;
  expect(texts(section, 'summary')).toEqual(['A fast one (fast-one, 2000 MHz): 2 parameters']);
  expect(texts(section, 'td')).toEqual(['alu', '1', 'a manual', 'interrupt', '999', 'assumed']);
});

test('tells CPU models of one architecture apart', () => {
  const other = row({ cpu: { ...CPU, name: 'slow-one' }, perUnit: measures(300) });
  const tips = texts(
    pageOf(comparison([row(), other])).querySelector('#workload-getpid svg.chart')!,
    '[data-mark=bar] title',
  );
  expect(tips).toEqual(['ia32 fast-one user, trap: 200', 'ia32 slow-one user, trap: 300']);
});

test('refers to nothing outside itself, and runs nothing', () => {
  const page = comparisonPage(comparison(TWO_MODES), MODELS);
  expect(page.match(/(?:src|href)="(?!#|data:)[^"]*"/g)).toBeNull();
  expect(page).not.toMatch(/@import|url\((?!#)/);
  expect([...page.matchAll(/<script(?! type="application\/json")/g)]).toEqual([]);
});

test('every id is there once, and what is referred to is there', () => {
  const document = pageOf(comparison([...TWO_MODES, row({ arch: 'arm', perUnit: measures(70, { mix: MIX }) })]));
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  expect(new Set(ids).size).toBe(ids.length);
  const referred = [
    ...document.querySelectorAll('[href^="#"],[fill^="url("],[aria-labelledby],[aria-describedby]'),
  ].flatMap((element) =>
    ['aria-labelledby', 'aria-describedby', 'href', 'fill']
      .map((name) => /^(?:url\(#|#)?([^)]*)/.exec(element.getAttribute(name) ?? '')![1]!)
      .filter((id) => id !== '' && id !== 'currentColor' && id !== 'none'),
  );
  expect(referred.filter((id) => !ids.includes(id))).toEqual([]);
});
