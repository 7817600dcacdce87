import { EROFS } from './errno.ts';
import type { HostDirectory } from './host.ts';

type Reading = 'description' | 'lstat' | 'fstat' | 'readdir' | 'readlink' | 'open' | 'close' | 'read';

const refuse = (): number => -EROFS;

/** Operations of a HostDirectory that can only be read: every change is refused. */
export const REFUSED_CHANGES: Omit<HostDirectory, Reading> = {
  write: refuse,
  truncate: refuse,
  create: refuse,
  mkdir: refuse,
  symlink: refuse,
  link: refuse,
  unlink: refuse,
  rmdir: refuse,
  rename: refuse,
  chmod: refuse,
  utimes: refuse,
};
