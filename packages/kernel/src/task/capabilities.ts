/** Capabilities: what is left of the superuser's powers, one by one. Linux 6.1 security/commoncap.c */
import type { Credentials } from '../types.ts';

/** Numbers. Linux 6.1 include/uapi/linux/capability.h */
export const CAP = {
  chown: 0,
  dacOverride: 1,
  dacReadSearch: 2,
  fowner: 3,
  fsetid: 4,
  kill: 5,
  setgid: 6,
  setuid: 7,
  setpcap: 8,
  linuxImmutable: 9,
  netBindService: 10,
  netAdmin: 12,
  netRaw: 13,
  ipcLock: 14,
  ipcOwner: 15,
  sysRawio: 17,
  sysChroot: 18,
  sysPtrace: 19,
  sysPacct: 20,
  sysAdmin: 21,
  sysBoot: 22,
  sysNice: 23,
  sysResource: 24,
  sysTime: 25,
  sysTtyConfig: 26,
  mknod: 27,
  lease: 28,
  setfcap: 31,
  macOverride: 32,
  syslog: 34,
} as const;

/** Highest capability: CAP_CHECKPOINT_RESTORE. */
export const CAP_LAST = 40;

/** A set: capability n is bit n, in two words. Never changed in place. */
export interface CapSet {
  readonly low: number;
  readonly high: number;
}

/** The sets of a task and its secure bits; replaced as a whole, so that tasks may share them. */
export interface Capabilities {
  readonly permitted: CapSet;
  readonly effective: CapSet;
  readonly inheritable: CapSet;
  readonly bounding: CapSet;
  readonly ambient: CapSet;
  /** SECBIT_*. */
  readonly secureBits: number;
}

/** Linux 6.1 include/uapi/linux/securebits.h: bit numbers; the next bit of each locks it. */
export const SECBIT_NOROOT = 1 << 0;
export const SECBIT_NO_SETUID_FIXUP = 1 << 2;
export const SECBIT_KEEP_CAPS = 1 << 4;
export const SECBIT_NO_CAP_AMBIENT_RAISE = 1 << 6;

export const NO_CAPS: CapSet = { low: 0, high: 0 };
export const ALL_CAPS: CapSet = { low: -1, high: (1 << (CAP_LAST - 31)) - 1 };

/** Those that the file-system user id brings and takes. Linux 6.1 include/linux/capability.h: CAP_FS_SET */
const FS_CAPS: CapSet = setOf(
  CAP.chown,
  CAP.dacOverride,
  CAP.dacReadSearch,
  CAP.fowner,
  CAP.fsetid,
  CAP.linuxImmutable,
  CAP.mknod,
  CAP.macOverride,
);

function setOf(...caps: number[]): CapSet {
  return caps.reduce(withCap, { low: 0, high: 0 });
}

export function withCap({ low, high }: CapSet, cap: number): CapSet {
  return cap < 32 ? { low: low | (1 << cap), high } : { low, high: high | (1 << (cap - 32)) };
}

export function withoutCap({ low, high }: CapSet, cap: number): CapSet {
  return cap < 32 ? { low: low & ~(1 << cap), high } : { low, high: high & ~(1 << (cap - 32)) };
}

export function both(a: CapSet, b: CapSet): CapSet {
  return { low: a.low & b.low, high: a.high & b.high };
}

export function either(a: CapSet, b: CapSet): CapSet {
  return { low: a.low | b.low, high: a.high | b.high };
}

function minus(a: CapSet, b: CapSet): CapSet {
  return { low: a.low & ~b.low, high: a.high & ~b.high };
}

/** Whether all of `a` are in `b`. */
export function isSubset(a: CapSet, b: CapSet): boolean {
  return (a.low & ~b.low) === 0 && (a.high & ~b.high) === 0;
}

export function hasCap(set: CapSet, cap: number): boolean {
  return ((cap < 32 ? set.low >>> cap : set.high >>> (cap - 32)) & 1) !== 0;
}

/** Whether the credentials have a capability in effect. Linux 6.1 kernel/capability.c: capable */
export function capable(cred: Credentials, cap: number): boolean {
  return hasCap(cred.caps.effective, cap);
}

/** The sets of a task that begins as the superuser, or as another user. */
export function initialCaps(uid: number): Capabilities {
  const own = uid === 0 ? ALL_CAPS : NO_CAPS;
  return {
    permitted: own,
    effective: own,
    inheritable: NO_CAPS,
    bounding: ALL_CAPS,
    ambient: NO_CAPS,
    secureBits: 0,
  };
}

interface UserIds {
  readonly uid: number;
  readonly euid: number;
  readonly suid: number;
}

const isRoot = ({ uid, euid, suid }: UserIds): boolean => uid === 0 || euid === 0 || suid === 0;

/** After user ids changed: user 0 brings capabilities and takes them along. Linux: cap_emulate_setxuid */
export function capsAfterUserIds(cred: Credentials, before: UserIds): Capabilities {
  let { caps } = cred;
  if (caps.secureBits & SECBIT_NO_SETUID_FIXUP) return caps;
  if (isRoot(before) && !isRoot(cred)) {
    if (!(caps.secureBits & SECBIT_KEEP_CAPS)) caps = { ...caps, permitted: NO_CAPS, effective: NO_CAPS };
    caps = { ...caps, ambient: NO_CAPS };
  }
  if (before.euid === 0 && cred.euid !== 0) return { ...caps, effective: NO_CAPS };
  if (before.euid !== 0 && cred.euid === 0) return { ...caps, effective: caps.permitted };
  return caps;
}

/** After the file-system user id alone changed. Linux: cap_task_fix_setuid, LSM_SETID_FS */
export function capsAfterFsUserId(cred: Credentials, before: number): Capabilities {
  const { caps } = cred;
  if (caps.secureBits & SECBIT_NO_SETUID_FIXUP || (before === 0) === (cred.fsuid === 0)) return caps;
  const effective =
    before === 0 ? minus(caps.effective, FS_CAPS) : either(caps.effective, both(caps.permitted, FS_CAPS));
  return { ...caps, effective };
}

/**
 * Of a program that has just been started, with its user ids in place already; files carry no capabilities here.
 * `changed`: the file changed the user's or the group's id. Linux: cap_bprm_creds_from_file
 */
export function capsAfterExec(cred: Credentials, changed: boolean): Capabilities {
  const { caps, uid, euid } = cred;
  const ambient = changed ? NO_CAPS : caps.ambient;
  const privileged = !(caps.secureBits & SECBIT_NOROOT);
  const root = privileged && (uid === 0 || euid === 0);
  const permitted = either(root ? either(caps.bounding, caps.inheritable) : NO_CAPS, ambient);
  const effective = privileged && euid === 0 ? permitted : ambient;
  return { ...caps, permitted, effective, ambient, secureBits: caps.secureBits & ~SECBIT_KEEP_CAPS };
}

/** Takes rights of the file system away for access(), which asks for the real user. Linux 6.1 fs/open.c: access_override_creds */
export function capsForAccess(cred: Credentials): Capabilities {
  const { caps, uid } = cred;
  if (caps.secureBits & SECBIT_NO_SETUID_FIXUP) return caps;
  return { ...caps, effective: uid === 0 ? caps.permitted : NO_CAPS };
}
