/** Who runs in kernel mode. Kernel Mode Linux 4.0, fs/binfmt_elf.c: is_safe */
import { pathString } from '../fs/path-string.ts';
import type { Kernel } from '../kernel.ts';
import type { OpenFile, Task } from '../types.ts';

const TRUSTED = '/trusted/';

/** Whether the task's root directory is not the machine's. */
function isChrooted(kernel: Kernel, task: Task): boolean {
  const boot = kernel.state.rootMount;
  return boot === undefined || task.fs.root.mount !== boot || task.fs.root.dentry !== boot.root;
}

/**
 * Whether a program of this main file runs at kernel privilege: the path the file was found at, links
 * resolved, begins with /trusted/, and the caller is not chrooted. Owner, mode and user do not matter.
 */
export function runsInKernelMode(kernel: Kernel, task: Task, file: OpenFile): boolean {
  if (kernel.options.allKernelMode) return true;
  if (isChrooted(kernel, task)) return false;
  return pathString(kernel, file.path, task.fs.root).startsWith(TRUSTED);
}
