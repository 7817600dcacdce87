import { expect, test } from 'vitest';
import type { LinuxAbi } from '../linux-abi.ts';
import { callTables } from './call-tables.ts';

const abi = (name: string): LinuxAbi =>
  ({ name, syscallNumbers: new Map([[20, 'getpid']]), privateSyscalls: [], resultSlot: 'r0' }) as never;

test('kernels of one ABI on one CPU model share their tables', () => {
  const one = abi('one');
  const tables = callTables(one, undefined, undefined);
  callTables(abi('other'), undefined, undefined);
  expect(tables.syscalls[20]!.name).toBe('getpid');
  expect(callTables(one, undefined, undefined)).toBe(tables);
});

test('another ABI of that name, or other costs, have tables of their own', () => {
  const first = abi('same');
  const tables = callTables(first, undefined, 1);
  expect(callTables(abi('same'), undefined, 1)).not.toBe(tables);
  const dear = callTables(first, { getpid: 77 }, 1);
  expect(dear.syscalls[20]!.work).toBe(77);
  expect(callTables(first, undefined, 1).syscalls[20]!.work).toBe(tables.syscalls[20]!.work);
});
