/** What adjtimex sets and reports. Linux 6.1 kernel/time/ntp.c */
export interface NtpState {
  /** STA_*. */
  status: number;
  /** Nanoseconds, with STA_NANO, or microseconds that are to be made up for; the same for ADJ_OFFSET_SINGLESHOT. */
  offset: number;
  singleShot: number;
  /** Parts per million, times 65536. */
  frequency: number;
  /** Microseconds. */
  maxError: number;
  estimatedError: number;
  constant: number;
  /** Microseconds between ticks of 100 Hz. */
  tick: number;
  tai: number;
}

export const STA_UNSYNC = 0x40;
/** Linux: NTP_PHASE_LIMIT */
export const PHASE_LIMIT = 16_000_000;

export function newNtpState(): NtpState {
  return {
    status: STA_UNSYNC,
    offset: 0,
    singleShot: 0,
    frequency: 0,
    maxError: PHASE_LIMIT,
    estimatedError: PHASE_LIMIT,
    constant: 2,
    tick: 10_000,
    tai: 0,
  };
}

/** The clock was set: what was known of its error is not any more. Linux: ntp_clear */
export function clearNtp(ntp: NtpState): void {
  ntp.singleShot = 0;
  ntp.offset = 0;
  ntp.status |= STA_UNSYNC;
  ntp.maxError = ntp.estimatedError = PHASE_LIMIT;
}
