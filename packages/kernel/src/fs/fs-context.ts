import { InternalError } from '../internal-error.ts';
import type { Kernel } from '../kernel.ts';
import type { FsContext, PathRef } from '../types.ts';

/** Root and working directory of the first task: the root of the mount tree. */
export function newFsContext(kernel: Kernel): FsContext {
  const mount = kernel.state.rootMount;
  if (mount === undefined) throw new InternalError('no-root', 'the root file system is not mounted');
  const root: PathRef = { mount, dentry: mount.root };
  return { users: 1, root, cwd: root, umask: 0o022 };
}

/** A copy for a new process (without CLONE_FS). */
export function cloneFsContext(context: FsContext): FsContext {
  return { users: 1, root: context.root, cwd: context.cwd, umask: context.umask };
}

/** A task leaves the context. */
export function releaseFsContext(context: FsContext): void {
  context.users--;
}
