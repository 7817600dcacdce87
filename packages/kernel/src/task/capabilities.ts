/** Capabilities of tasks: what they allow, and what changes of user ids and exec do to them. Linux 6.1 security/commoncap.c */
import type { Credentials, Task } from '../types.ts';
import {
  ALL_CAPS,
  type CapSet,
  capSetOf,
  includesCap,
  intersection,
  isSubset,
  NO_CAPS,
  union,
  without,
} from './cap-set.ts';

/** Numbers. Linux 6.1 include/uapi/linux/capability.h */
export const CAP_CHOWN = 0;
export const CAP_DAC_OVERRIDE = 1;
export const CAP_DAC_READ_SEARCH = 2;
export const CAP_FOWNER = 3;
export const CAP_FSETID = 4;
export const CAP_KILL = 5;
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_SETPCAP = 8;
export const CAP_LINUX_IMMUTABLE = 9;
export const CAP_NET_BIND_SERVICE = 10;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;
export const CAP_IPC_LOCK = 14;
export const CAP_IPC_OWNER = 15;
export const CAP_SYS_RAWIO = 17;
export const CAP_SYS_CHROOT = 18;
export const CAP_SYS_PTRACE = 19;
export const CAP_SYS_PACCT = 20;
export const CAP_SYS_ADMIN = 21;
export const CAP_SYS_BOOT = 22;
export const CAP_SYS_NICE = 23;
export const CAP_SYS_RESOURCE = 24;
export const CAP_SYS_TIME = 25;
export const CAP_SYS_TTY_CONFIG = 26;
export const CAP_MKNOD = 27;
export const CAP_MAC_OVERRIDE = 32;
export const CAP_SYSLOG = 34;
export const CAP_WAKE_ALARM = 35;

/** Bits of Credentials.securebits; each has its lock one bit above. Linux 6.1 include/uapi/linux/securebits.h */
export const SECBIT_NOROOT = 1;
export const SECBIT_NO_SETUID_FIXUP = 4;
export const SECBIT_KEEP_CAPS = 0x10;
export const SECBIT_KEEP_CAPS_LOCKED = 0x20;
export const SECBIT_NO_CAP_AMBIENT_RAISE = 0x40;
export const SECURE_ALL_BITS = 0x55;
export const SECURE_ALL_LOCKS = 0xaa;

/** What goes with the file-system user id. Linux: CAP_FS_SET */
const FILE_CAPS = capSetOf(
  CAP_CHOWN,
  CAP_MKNOD,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
  CAP_LINUX_IMMUTABLE,
  CAP_MAC_OVERRIDE,
);

type CapFields = Pick<Credentials, 'permitted' | 'effective' | 'inheritable' | 'bounding' | 'ambient' | 'securebits'>;

/** Capabilities of a first process of that user: all for root, none for others. */
export function initialCaps(uid: number): CapFields {
  const own = uid === 0 ? ALL_CAPS : NO_CAPS;
  const none = { inheritable: NO_CAPS, ambient: NO_CAPS, securebits: 0 };
  return { permitted: own, effective: own, bounding: ALL_CAPS, ...none };
}

/** Whether the credentials have a capability in effect. */
export function hasCap(cred: Credentials, cap: number): boolean {
  return includesCap(cred.effective, cap);
}

/** Whether the task may do what the capability is for. */
export function capable(task: Task, cap: number): boolean {
  return includesCap(task.cred.effective, cap);
}

/** What setuid, setreuid and setresuid do to capabilities; `cred` has the new ids. Linux: cap_emulate_setxuid */
export function fixCapsOfUids(old: Readonly<Credentials>, cred: Credentials): void {
  if (cred.securebits & SECBIT_NO_SETUID_FIXUP) return;
  const wasRoot = old.uid === 0 || old.euid === 0 || old.suid === 0;
  if (wasRoot && cred.uid !== 0 && cred.euid !== 0 && cred.suid !== 0) {
    if (!(cred.securebits & SECBIT_KEEP_CAPS)) cred.permitted = cred.effective = NO_CAPS;
    cred.ambient = NO_CAPS;
  }
  if (old.euid === 0 && cred.euid !== 0) cred.effective = NO_CAPS;
  if (old.euid !== 0 && cred.euid === 0) cred.effective = cred.permitted;
}

/** What setfsuid does to capabilities. Linux: cap_task_fix_setuid */
export function fixCapsOfFsuid(oldFsuid: number, cred: Credentials): void {
  if (cred.securebits & SECBIT_NO_SETUID_FIXUP) return;
  if (oldFsuid === 0 && cred.fsuid !== 0) cred.effective = without(cred.effective, FILE_CAPS);
  if (oldFsuid !== 0 && cred.fsuid === 0) {
    cred.effective = union(cred.effective, intersection(cred.permitted, FILE_CAPS));
  }
}

/**
 * Capabilities and saved ids of a new program; `cred` has the effective ids that its file gives.
 * Answers whether the program is to be careful with its environment (AT_SECURE).
 * Linux: cap_bprm_creds_from_file
 */
export function credsOfExec(old: Readonly<Credentials>, cred: Credentials, noNewPrivs: boolean): boolean {
  const asRoot = !(old.securebits & SECBIT_NOROOT) && (cred.euid === 0 || old.uid === 0);
  const effective = !(old.securebits & SECBIT_NOROOT) && cred.euid === 0;
  let permitted: CapSet = asRoot ? union(old.bounding, old.inheritable) : NO_CAPS;
  const isSetId = cred.euid !== old.uid || cred.egid !== old.gid;
  if ((isSetId || !isSubset(permitted, old.permitted)) && noNewPrivs) {
    cred.euid = cred.uid;
    cred.egid = cred.gid;
    permitted = intersection(permitted, old.permitted);
  }
  cred.suid = cred.fsuid = cred.euid;
  cred.sgid = cred.fsgid = cred.egid;
  if (isSetId) cred.ambient = NO_CAPS;
  cred.permitted = union(permitted, cred.ambient);
  cred.effective = effective ? cred.permitted : cred.ambient;
  cred.securebits &= ~SECBIT_KEEP_CAPS;
  return isSetId || (cred.uid !== 0 && (effective || !isSubset(cred.permitted, cred.ambient)));
}
