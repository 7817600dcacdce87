import type { Kernel } from '../kernel.ts';
import type { SigInfo, WaitQueue } from '../types.ts';

/** Settings of core files: KernelState.sub.core. */
export interface CoreSettings {
  /** /proc/sys/kernel/core_pattern. */
  pattern: string;
  /** /proc/sys/kernel/core_uses_pid: the process id is added to a name that has none. */
  usesPid: boolean;
}

export function coreSettings(kernel: Kernel): CoreSettings {
  const { sub } = kernel.state;
  if (sub.core === undefined) {
    const settings: CoreSettings = { pattern: 'core', usesPid: false };
    sub.core = settings;
  }
  return sub.core as CoreSettings;
}

/** A core file about to be written: the other threads are on their way to the kernel's door, where they wait. ThreadGroup.core */
export interface CoreDump {
  /** The thread that the signal came to. */
  tid: number;
  info: SigInfo;
  /** Threads that have arrived. */
  parked: number[];
  queue: WaitQueue;
}
