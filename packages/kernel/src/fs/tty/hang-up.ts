import type { Kernel } from '../../kernel.ts';
import { SIGCONT, SIGHUP } from '../../signal/numbers.ts';
import { sendGroupSignal, sendPgrpSignal, sigInfo } from '../../signal/send.ts';
import { fsState } from '../fs-state.ts';
import { notify } from '../notify.ts';
import { clearControllingTty } from './job-control.ts';
import type { Tty } from './tty-state.ts';

/** A session's leader has ended: its terminal's foreground group is told, and the session has none any more. Linux 6.1 drivers/tty/tty_jobctrl.c: disassociate_ctty */
export function hangUpSession(kernel: Kernel, sid: number): void {
  for (const tty of fsState(kernel).ttys.values()) {
    if (tty.session !== sid) continue;
    if (tty.foreground > 0) {
      sendPgrpSignal(kernel, tty.foreground, sigInfo(SIGHUP));
      sendPgrpSignal(kernel, tty.foreground, sigInfo(SIGCONT));
    }
    clearControllingTty(kernel, tty);
  }
}

/** The line is gone (the master was closed): readers get end of file, writers EIO, the session SIGHUP. Linux 6.1 drivers/tty/tty_io.c: __tty_hangup */
export function hangUpTty(kernel: Kernel, tty: Tty): void {
  tty.hungUp = true;
  for (const group of kernel.state.groups.values()) {
    if (tty.session === 0 || group.sid !== tty.session || group.pid !== group.sid) continue;
    sendGroupSignal(kernel, group, sigInfo(SIGHUP));
    sendGroupSignal(kernel, group, sigInfo(SIGCONT));
  }
  if (tty.foreground > 0) sendPgrpSignal(kernel, tty.foreground, sigInfo(SIGHUP));
  clearControllingTty(kernel, tty);
  notify(kernel, tty.queue);
}
