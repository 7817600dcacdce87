import { expect, test } from 'vitest';
import { copyOut } from '../mm/user-access.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { setAction } from '../task/group-test-kit.ts';
import { taskKit, USER } from '../task/task-test-kit.ts';
import { quote } from './strace.ts';

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

test('strings are quoted as C writes them, with the shortest octal escape that cannot be misread', () => {
  expect(quote(bytes('a"b\\\n\t\0x\x011\xff'), true)).toBe('"a\\"b\\\\\\n\\t\\0x\\0011\\377"...');
});

test('a call shows its arguments by type and its result or errno', () => {
  const kit = taskKit({ strace: true });
  const task = kit.newProcess();
  copyOut(kit.kernel, task, USER, bytes('no/such\0'));
  kit.call(task, 'execve', USER, 0, 0);
  kit.call(task, 'getpid');
  kit.call(task, 'kill', task.tid, 99);
  expect(kit.trace.map(onePad)).toEqual([
    'execve("no/such", NULL, NULL) = -1 ENOENT',
    `getpid() = ${task.tid}`,
    `kill(${task.tid}, SIGRT_67) = -1 EINVAL`,
  ]);
});

/** The line with results not aligned. */
function onePad(line: string): string {
  return line.replace(/\s+= /, ' = ');
}

test('a call that waits is one line, at its end; a restart is told; deaths are told', () => {
  const kit = taskKit({ strace: true });
  const task = kit.newProcess();
  kit.call(task, 'pause');
  expect(kit.trace).toEqual([]);
  setAction(task, 10, { handler: 4096 });
  sendSignal(kit.kernel, task, sigInfo(10, { code: 0, pid: 5 }));
  kit.resume(task);
  kit.exitWork(task);
  kit.call(task, 'exit_group', 3);
  expect(kit.trace.map(onePad)).toEqual([
    'pause() = ? ERESTARTNOHAND (To be restarted)',
    '--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=5, si_uid=0} ---',
    'exit_group(3) = ?',
    '+++ exited with 3 +++',
  ]);
});

test('lines carry the task once there are several', () => {
  const kit = taskKit({ strace: true });
  const task = kit.newProcess();
  const child = kit.call(task, 'fork') as number;
  kit.call(kit.kernel.state.tasks.get(child)!, 'getppid');
  expect(kit.trace[1]).toMatch(new RegExp(`^\\[pid +${child}\\] getppid\\(\\) += ${task.tid}$`));
});
