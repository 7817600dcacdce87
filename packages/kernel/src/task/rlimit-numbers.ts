import type { ResourceLimit } from '../types.ts';

/** Resource limits. Linux 6.1 include/uapi/asm-generic/resource.h */
export const RLIMIT_CPU = 0;
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_CORE = 4;
export const RLIMIT_RSS = 5;
export const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_MEMLOCK = 8;
export const RLIMIT_AS = 9;
export const RLIMIT_LOCKS = 10;
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_MSGQUEUE = 12;
export const RLIMIT_NICE = 13;
export const RLIMIT_RTPRIO = 14;
export const RLIMIT_RTTIME = 15;
export const RLIM_NLIMITS = 16;

/** "No limit", as ThreadGroup.rlimits has it. */
export const RLIM_INFINITY = Number.POSITIVE_INFINITY;

/** Limits of the first process. Linux 6.1 include/asm-generic/resource.h: INIT_RLIMITS, with the hard limits a login gives */
export function defaultRlimits(maxTasks: number): ResourceLimit[] {
  const limits: ResourceLimit[] = new Array(RLIM_NLIMITS).fill({ current: RLIM_INFINITY, max: RLIM_INFINITY });
  limits[RLIMIT_STACK] = { current: 8 << 20, max: RLIM_INFINITY };
  limits[RLIMIT_CORE] = { current: 0, max: RLIM_INFINITY };
  limits[RLIMIT_NPROC] = { current: maxTasks, max: maxTasks };
  limits[RLIMIT_NOFILE] = { current: 1024, max: 1 << 20 };
  limits[RLIMIT_MEMLOCK] = { current: 8 << 20, max: 8 << 20 };
  limits[RLIMIT_SIGPENDING] = { current: maxTasks, max: maxTasks };
  limits[RLIMIT_MSGQUEUE] = { current: 819_200, max: 819_200 };
  limits[RLIMIT_NICE] = { current: 0, max: 0 };
  limits[RLIMIT_RTPRIO] = { current: 0, max: 0 };
  return limits;
}
