import type { SyscallEvent, TrapEvent } from '@kml/machine';
import { expect, test } from 'vitest';
import { runGuest } from './harness.ts';

const USER = { mode: 'user', engine: 'translator' } as const;

test('the system-call hook sees names, arguments and results, as data', async () => {
  const events: SyscallEvent[] = [];
  await runGuest(USER, ['echo', 'hi'], { onSyscall: (event) => events.push(event) });
  const writes = events.filter((event) => event.name === 'write');
  expect(writes.map((event) => (event.kind === 'enter' ? event.args[2] : event.result))).toEqual([2, 2, 0, 0, 1, 1]);
  expect(events.at(-1)).toEqual({ kind: 'enter', pid: 2, name: 'exit_group', args: [0] });
});

test('the system-call hook and a trace are told of calls that would be answered without the kernel, too', async () => {
  let seen = 0;
  const lines: string[] = [];
  const hot = { hotness: 10, onSyscall: (event: SyscallEvent) => (seen += Number(event.name === 'getpid')) };
  await runGuest(USER, ['calls', 'trap', '200'], hot);
  expect(seen).toBe(400);
  await runGuest(USER, ['calls', 'trap', '200'], { hotness: 10, strace: (line) => lines.push(line) });
  expect(lines.filter((line) => line.includes('getpid'))).toHaveLength(200);
});

test('the trap hook sees faults with their address before they are delivered', async () => {
  const traps: TrapEvent[] = [];
  await runGuest(USER, ['nullwrite'], { onTrap: (event) => traps.push(event) });
  const last = traps.findLast((event) => event.kind === 'fault');
  expect(last).toMatchObject({ access: 'write', address: 0, present: false });
  expect(traps.every((event) => event.pc > 0)).toBe(true);
});

test('block and memory hooks see what runs, and change nothing', async () => {
  let instructions = 0;
  let writes = 0;
  const plain = await runGuest(USER, ['seq', '20']);
  const hooked = await runGuest(USER, ['seq', '20'], {
    onBlock: (_pc, _mode, count) => {
      instructions += count;
    },
    onMemoryAccess: (_address, _bytes, access) => {
      if (access === 'write') writes++;
    },
  });
  expect(hooked.output).toBe(plain.output);
  expect(hooked.machine.instructions).toBe(plain.machine.instructions);
  expect(hooked.machine.stateHash()).toBe(plain.machine.stateHash());
  expect(instructions).toBeGreaterThanOrEqual(hooked.machine.instructions);
  expect(writes).toBeGreaterThan(100);
});

test('registers and memory can be read and written between steps', async () => {
  const { machine } = await runGuest(USER, ['true'], { limits: { maxInstructions: 200 } });
  const esp = machine.registers.read('esp');
  expect(machine.registers.names).toContain('eax');
  const before = machine.memory.read(0x0804_8000, 4);
  expect(before && [...before]).toEqual([0x7f, 0x45, 0x4c, 0x46]);
  machine.registers.write('eax', 0xdead_beef);
  expect(machine.registers.read('eax')).toBe(0xdead_beef);
  expect(machine.memory.read(0, 1)).toBeUndefined();
  expect(esp).toBeGreaterThan(0);
  expect(() => machine.registers.read('nosuch')).toThrow("no register 'nosuch'");
});
