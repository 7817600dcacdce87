import type { Kernel } from '../../kernel.ts';
import { LOCK_END } from '../file-locks.ts';
import { fsState } from '../fs-state.ts';

/** /proc/locks. Linux 6.1 fs/locks.c: lock_get_status */
export function locksText(kernel: Kernel): string {
  const lines: string[] = [];
  for (const [key, locks] of fsState(kernel).locks) {
    const [device, ino] = key.split(':') as [string, string];
    const hex = (value: number): string => value.toString(16).padStart(2, '0');
    const place = `${hex(Number(device) >> 8)}:${hex(Number(device) & 0xff)}:${ino}`;
    for (const lock of locks) {
      const kind = lock.kind === 'posix' ? 'POSIX ' : 'FLOCK ';
      const type = lock.type === 'write' ? 'WRITE' : 'READ ';
      const end = lock.end === LOCK_END ? 'EOF' : lock.end;
      lines.push(`${lines.length + 1}: ${kind} ADVISORY  ${type} ${lock.pid} ${place} ${lock.start} ${end}\n`);
    }
  }
  return lines.join('');
}
