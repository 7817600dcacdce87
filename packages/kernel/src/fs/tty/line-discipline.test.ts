import { describe, expect, it } from 'vitest';
import { latin1Bytes } from '../../abi/struct.ts';
import { BLOCKED, EAGAIN, ENOTTY, ERESTARTSYS } from '../../errno.ts';
import { SIGINT, SIGTSTP, SIGTTIN } from '../../signal/numbers.ts';
import { hasSignal, NO_SIGNALS, union } from '../../signal/sig-set.ts';
import { setAction } from '../../task/group-test-kit.ts';
import { attachConsole, pollConsole } from '../console.ts';
import { BUFFER, fsKit } from '../fs-test-kit.ts';
import { consoleTty } from './tty-open.ts';

function terminal() {
  const kit = fsKit({ tty: true });
  attachConsole(kit.kernel, kit.task);
  return {
    ...kit,
    tty: consoleTty(kit.kernel),
    type(text: string) {
      kit.console.input.push(latin1Bytes(text));
      pollConsole(kit.kernel);
    },
    read(count = 100): string | number {
      const got = kit.call('read', 0, BUFFER, count);
      return got >= 0 ? kit.text(got) : got;
    },
    output(): string {
      const { output } = kit.console;
      kit.console.output = '';
      return output;
    },
  };
}

const TCGETS = 0x5401;
const TCSETS = 0x5402;

/** Changes a flag word of the console's settings through ioctl. */
function change(kit: ReturnType<typeof terminal>, edit: (words: DataView) => void): void {
  expect(kit.call('ioctl', 0, TCGETS, BUFFER)).toBe(0);
  const bytes = latin1Bytes(kit.text(36));
  edit(new DataView(bytes.buffer));
  kit.store(String.fromCharCode(...bytes));
  expect(kit.call('ioctl', 0, TCSETS, BUFFER)).toBe(0);
}

const LFLAG = 12;
const CC = 17;

describe('line discipline', () => {
  it('gives whole lines, edited', () => {
    const kit = terminal();
    kit.type('helo\x7flo wrong\x17right\r');
    expect(kit.read()).toBe('hello right\n');
    kit.type('all of it\x15kept\n');
    expect(kit.read()).toBe('kept\n');
    kit.type('not yet');
    expect(kit.call('fcntl64', 0, 4, 0o4002)).toBe(0);
    expect(kit.read()).toBe(-EAGAIN);
    kit.type('\n');
    expect(kit.read(3)).toBe('not');
    expect(kit.read()).toBe(' yet\n');
  });

  it('echoes, erases visibly and maps newlines on output', () => {
    const kit = terminal();
    kit.type('ab\x7f\x01\n');
    expect(kit.output()).toBe('ab\b \b^A\r\n');
    kit.store('x\ny');
    expect(kit.call('write', 1, BUFFER, 3)).toBe(3);
    expect(kit.output()).toBe('x\r\ny');
    kit.type('\x1b[A\x7f\x7f\x7f');
    expect(kit.output()).toBe('^[[A\b \b\b \b\b \b\b \b');
  });

  it('ends input at Ctrl-D, after the text before it', () => {
    const kit = terminal();
    kit.type('text\x04');
    expect(kit.read()).toBe('text');
    kit.type('\x04');
    expect(kit.read()).toBe('');
    expect(kit.read()).toBe(BLOCKED);
  });

  it('takes the next character literally after Ctrl-V', () => {
    const kit = terminal();
    kit.type('a\x16\x03b\n');
    expect(kit.read()).toBe('a\x03b\n');
    expect(union(kit.task.pending.set, kit.task.group.pending.set)).toEqual(NO_SIGNALS);
  });

  it('sends signals to the foreground group and drops the line', () => {
    const kit = terminal();
    setAction(kit.task, SIGINT, { handler: 0x1000 });
    kit.type('doomed\x03');
    expect(hasSignal(kit.task.group.pending.set, SIGINT)).toBe(true);
    expect(kit.output()).toBe('doomed^C');
    kit.task.group.pending = { set: NO_SIGNALS, queue: [] };
    kit.task.work = 0;
    setAction(kit.task, SIGTSTP, { handler: 0x1000 });
    kit.type('fresh\n');
    expect(kit.read()).toBe('fresh\n');
    kit.type('\x1a');
    expect(hasSignal(kit.task.group.pending.set, SIGTSTP)).toBe(true);
  });

  it('in raw mode gives bytes as they come, by VMIN and VTIME', () => {
    const kit = terminal();
    change(kit, (words) => {
      words.setUint32(0, 0, true);
      words.setUint32(LFLAG, 0, true);
      words.setUint8(CC + 6, 3);
      words.setUint8(CC + 5, 0);
    });
    kit.type('\x03\r');
    expect(kit.read()).toBe(BLOCKED);
    kit.type('q');
    expect(kit.task.state).toBe('runnable');
    expect(kit.read()).toBe('\x03\rq');
    change(kit, (words) => words.setUint8(CC + 6, 0));
    expect(kit.read()).toBe('');
    expect(kit.output()).toBe('');
  });

  it('keeps typed-ahead bytes when the mode changes', () => {
    const kit = terminal();
    kit.type('line\npart');
    change(kit, (words) => words.setUint32(LFLAG, 0, true));
    expect(kit.read()).toBe('line\npart');
  });

  it('stops background readers with SIGTTIN', () => {
    const kit = terminal();
    const child = kit.newTask();
    child.files = kit.task.files;
    Object.assign(child.group, { sid: kit.task.group.sid, parent: kit.task.group, tty: kit.task.group.tty });
    setAction(child, SIGTTIN, { handler: 0x1000 });
    expect(kit.callAs(child, 'read', 0, BUFFER, 10)).toBe(-ERESTARTSYS);
    expect(hasSignal(child.group.pending.set, SIGTTIN)).toBe(true);
  });

  it('knows its window and its groups', () => {
    const kit = terminal();
    expect(kit.call('ioctl', 0, 0x5413, BUFFER)).toBe(0);
    expect(kit.text(4)).toBe('\x19\0\x50\0');
    expect(kit.call('ioctl', 0, 0x540f, BUFFER)).toBe(0);
    expect(kit.text(1).charCodeAt(0)).toBe(kit.task.group.pgid & 0xff);
    const fd = kit.call('open', '/dev/tty', 2, 0);
    expect(kit.call('ioctl', fd, TCGETS, BUFFER)).toBe(0);
  });

  it('is not there where the host has no terminal', () => {
    const kit = fsKit();
    attachConsole(kit.kernel, kit.task);
    expect(kit.call('ioctl', 0, TCGETS, BUFFER)).toBe(-ENOTTY);
    expect(kit.call('read', 0, BUFFER, 10)).toBe(BLOCKED);
    kit.console.input.push(latin1Bytes('piped'), null);
    pollConsole(kit.kernel);
    expect(kit.task.state).toBe('runnable');
    expect(kit.call('read', 0, BUFFER, 10)).toBe(5);
    expect(kit.call('read', 0, BUFFER, 10)).toBe(0);
    expect(kit.call('write', 1, BUFFER, kit.store('a\nb'))).toBe(3);
    expect(kit.console.output).toBe('a\nb');
  });
});
