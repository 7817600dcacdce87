import type { Kernel } from '../../kernel.ts';
import type { Mount, Task } from '../../types.ts';
import { deviceMajor, deviceMinor } from '../mode.ts';
import {
  isReadOnly,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_STRICTATIME,
} from '../mount-table.ts';
import { pathParts } from '../path-string.ts';

/** Spaces and their like as octal, as in /etc/fstab. */
function escaped(text: string): string {
  return text.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function options(mount: Mount): string {
  const parts = [isReadOnly(mount) ? 'ro' : 'rw'];
  if (mount.flags & MS_NOSUID) parts.push('nosuid');
  if (mount.flags & MS_NODEV) parts.push('nodev');
  if (mount.flags & MS_NOEXEC) parts.push('noexec');
  if (mount.flags & MS_NOATIME) parts.push('noatime');
  if (mount.flags & MS_NODIRATIME) parts.push('nodiratime');
  if (!(mount.flags & (MS_NOATIME | MS_STRICTATIME))) parts.push('relatime');
  return parts.join(',');
}

/** Mounts with the place of each as the task sees it; those outside its root are left out. */
function visible(kernel: Kernel, task: Task): { mount: Mount; point: string }[] {
  const found: { mount: Mount; point: string }[] = [];
  for (const mount of kernel.state.mounts) {
    const parts = pathParts(kernel, { mount, dentry: mount.root }, task.fs.root);
    if (!parts.unreachable) found.push({ mount, point: parts.path });
  }
  return found;
}

/** /proc/PID/mounts. */
export function mountsText(kernel: Kernel, task: Task): string {
  return visible(kernel, task)
    .map(({ mount, point }) => `${escaped(mount.source)} ${escaped(point)} ${mount.type} ${options(mount)} 0 0\n`)
    .join('');
}

/** /proc/PID/mountinfo. */
export function mountInfoText(kernel: Kernel, task: Task): string {
  return visible(kernel, task)
    .map(({ mount, point }) => {
      const { superblock } = mount;
      const device = `${deviceMajor(superblock.dev)}:${deviceMinor(superblock.dev)}`;
      const root = mount.root.parent === undefined ? '/' : rootWithin(mount);
      const head = `${mount.id} ${mount.parent?.id ?? 0} ${device} ${escaped(root)} ${escaped(point)}`;
      return `${head} ${options(mount)} - ${mount.type} ${escaped(mount.source)} ${superblock.readOnly ? 'ro' : 'rw'}\n`;
    })
    .join('');
}

/** A bind mount's root, as a path within its file system. */
function rootWithin(mount: Mount): string {
  const names: string[] = [];
  for (let at = mount.root; at.parent !== undefined; at = at.parent) names.unshift(at.name);
  return `/${names.join('/')}`;
}
