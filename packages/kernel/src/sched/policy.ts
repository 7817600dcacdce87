/** Scheduling policies as programs see them. Linux 6.1 include/uapi/linux/sched.h */
export const SCHED_OTHER = 0;
export const SCHED_FIFO = 1;
export const SCHED_RR = 2;
export const SCHED_BATCH = 3;
export const SCHED_IDLE = 5;
export const SCHED_RESET_ON_FORK = 0x4000_0000;

/** Lowest and highest real-time priority of a policy, or undefined for none such. */
export function priorityRange(policy: number): { min: number; max: number } | undefined {
  if (policy === SCHED_FIFO || policy === SCHED_RR) return { min: 1, max: 99 };
  return policy === SCHED_OTHER || policy === SCHED_BATCH || policy === SCHED_IDLE ? { min: 0, max: 0 } : undefined;
}

export function isRealtime(policy: number): boolean {
  return policy === SCHED_FIFO || policy === SCHED_RR;
}
