import { expect, test } from 'vitest';
import { ofModule, readOutcomes, worseThan } from './outcomes.ts';

const HOST = readOutcomes(
  'start m.A.one\nok m.A.one\nstart m.A.two\nskip m.A.two: no such thing\nstart m.A.six\nfail m.A.six: E: x\nok n.B.b\ndone m 3\n',
);

test('outcomes are read by case', () => {
  expect([...HOST.done]).toEqual(['m']);
  expect(HOST.cases.get('m.A.six')).toEqual({ kind: 'fail', detail: 'E: x' });
  expect([...ofModule(HOST, 'm').keys()]).toEqual(['m.A.one', 'm.A.two', 'm.A.six']);
});

test('a case that fails, hangs, is skipped or missing where the host passes it is worse', () => {
  const worse = (lines: string) => worseThan(HOST.cases, readOutcomes(lines).cases);
  expect(worse('ok m.A.one\nok m.A.two\nok n.B.b\nok m.A.new\n')).toEqual({});
  expect(worse('skip m.A.one: none\nfail m.A.two: no\nstart n.B.b\nfail m.A.new: no\nfail m.A.six: no\n')).toEqual({
    'm.A.one': 'skip: none',
    'm.A.two': 'fail: no',
    'n.B.b': 'unfinished: ',
    'm.A.new': 'fail: no',
  });
  expect(worse('')).toEqual({ 'm.A.one': 'not run', 'm.A.two': 'not run', 'n.B.b': 'not run' });
});
