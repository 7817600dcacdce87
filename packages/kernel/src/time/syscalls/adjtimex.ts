/** adjtimex, clock_adjtime. Linux 6.1 kernel/time/timekeeping.c: do_adjtimex, kernel/time/ntp.c: __do_adjtimex */
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EOPNOTSUPP, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { partial, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Task } from '../../types.ts';
import { realtimeNs } from '../clock.ts';
import { CLOCK_REALTIME, clockOf } from '../clock-ids.ts';
import { clearNtp, type NtpState, PHASE_LIMIT, STA_UNSYNC } from '../ntp-state.ts';
import { setRealtime } from '../set-clock.ts';

/** Modes. Linux 6.1 include/uapi/linux/timex.h */
const ADJ_OFFSET = 0x0001;
const ADJ_FREQUENCY = 0x0002;
const ADJ_MAXERROR = 0x0004;
const ADJ_ESTERROR = 0x0008;
const ADJ_STATUS = 0x0010;
const ADJ_TIMECONST = 0x0020;
const ADJ_TAI = 0x0080;
const ADJ_SETOFFSET = 0x0100;
const ADJ_MICRO = 0x1000;
const ADJ_NANO = 0x2000;
const ADJ_TICK = 0x4000;
/** With these the call is adjtime(). */
const ADJ_ADJTIME = 0x8000;
const ADJ_OFFSET_READONLY = 0x2000;

const STA_PLL = 0x0001;
const STA_NANO = 0x2000;
const STA_READ_ONLY = 0xff00;

const MAX_FREQUENCY = 32_768_000;
const MAX_TIME_CONSTANT = 10;
const MAX_TAI = 100_000;
const [MIN_TICK, MAX_TICK] = [9000, 11_000];
const TIME_OK = 0;
const TIME_ERROR = 5;

/** Fields of struct timex by their place: of 32 bits, or of 64 where the call is wide. */
interface Timex {
  readonly bytes: number;
  readonly offset: number;
  readonly frequency: number;
  readonly maxError: number;
  readonly estimatedError: number;
  readonly status: number;
  readonly constant: number;
  readonly precision: number;
  readonly tolerance: number;
  readonly seconds: number;
  readonly fraction: number;
  readonly tick: number;
  readonly tai: number;
}

const NARROW: Timex = {
  ...{ bytes: 128, offset: 4, frequency: 8, maxError: 12, estimatedError: 16, status: 20, constant: 24 },
  ...{ precision: 28, tolerance: 32, seconds: 36, fraction: 40, tick: 44, tai: 80 },
};
const WIDE: Timex = {
  ...{ bytes: 208, offset: 8, frequency: 16, maxError: 24, estimatedError: 32, status: 40, constant: 48 },
  ...{ precision: 56, tolerance: 64, seconds: 72, fraction: 80, tick: 88, tai: 160 },
};

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Whether the task may ask for that: 0 or -errno. Linux: timekeeping_validate_timex */
function validate(task: Task, modes: number, tick: number, fraction: number): number {
  const privileged = capable(task.cred, CAP.sysTime);
  if (modes & ADJ_ADJTIME) {
    if (!(modes & ADJ_OFFSET)) return -EINVAL;
    if (!(modes & ADJ_OFFSET_READONLY) && !privileged) return -EPERM;
  } else {
    if (modes !== 0 && !privileged) return -EPERM;
    if (modes & ADJ_TICK && (tick < MIN_TICK || tick > MAX_TICK)) return -EINVAL;
  }
  if (!(modes & ADJ_SETOFFSET)) return 0;
  if (!privileged) return -EPERM;
  return fraction < 0 || fraction >= (modes & ADJ_NANO ? 1e9 : 1e6) ? -EINVAL : 0;
}

/** Linux: process_adjtimex_modes */
function apply(ntp: NtpState, modes: number, get: (field: Exclude<keyof Timex, 'bytes'>) => number): void {
  if (modes & ADJ_STATUS) {
    const given = get('status');
    const before = ntp.status & STA_PLL && !(given & STA_PLL) ? STA_UNSYNC : ntp.status;
    ntp.status = (before & STA_READ_ONLY) | (given & ~STA_READ_ONLY);
  }
  if (modes & ADJ_NANO) ntp.status |= STA_NANO;
  if (modes & ADJ_MICRO) ntp.status &= ~STA_NANO;
  if (modes & ADJ_FREQUENCY) ntp.frequency = clamp(get('frequency'), -MAX_FREQUENCY, MAX_FREQUENCY);
  if (modes & ADJ_MAXERROR) ntp.maxError = clamp(get('maxError'), 0, PHASE_LIMIT);
  if (modes & ADJ_ESTERROR) ntp.estimatedError = clamp(get('estimatedError'), 0, PHASE_LIMIT);
  if (modes & ADJ_TIMECONST) {
    ntp.constant = clamp(get('constant') + (ntp.status & STA_NANO ? 0 : 4), 0, MAX_TIME_CONSTANT);
  }
  if (modes & ADJ_TAI && get('constant') >= 0 && get('constant') <= MAX_TAI) ntp.tai = get('constant');
  if (modes & ADJ_OFFSET && ntp.status & STA_PLL) ntp.offset = get('offset');
  if (modes & ADJ_TICK) ntp.tick = get('tick');
}

function adjust(kernel: Kernel, task: Task, address: number, shape: Timex): number {
  const bytes = copyIn(kernel, task, address, shape.bytes);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const wide = shape === WIDE;
  const get = (field: Exclude<keyof Timex, 'bytes'>): number =>
    wide && field !== 'status' ? Number(reader.i64(shape[field])) : reader.i32(shape[field]);
  const modes = reader.u32(0);
  const refused = validate(task, modes, get('tick'), get('fraction'));
  if (refused !== 0) return refused;
  const { ntp } = kernel.state.time;
  if (modes & ADJ_SETOFFSET) {
    const fraction = modes & ADJ_NANO ? get('fraction') : get('fraction') * 1000;
    setRealtime(kernel, realtimeNs(kernel) + BigInt(get('seconds')) * 1_000_000_000n + BigInt(fraction));
    clearNtp(ntp);
  }
  let { offset } = ntp;
  if (modes & ADJ_ADJTIME) {
    offset = ntp.singleShot;
    if (!(modes & ADJ_OFFSET_READONLY)) ntp.singleShot = get('offset');
  } else if (modes !== 0) {
    apply(ntp, modes, get);
    offset = ntp.offset;
  }
  const answer = report(kernel, bytes, shape, offset);
  if (!copyOut(kernel, task, address, answer)) return -EFAULT;
  return ntp.status & STA_UNSYNC ? TIME_ERROR : TIME_OK;
}

/** The structure as the call gives it back. */
function report(kernel: Kernel, given: Uint8Array, shape: Timex, offset: number): Uint8Array {
  const { ntp } = kernel.state.time;
  const writer = new StructWriter(kernel, shape.bytes);
  writer.bytes.set(given.subarray(0, 4));
  const put = (at: number, value: number) =>
    shape === WIDE ? writer.at(at).u64(BigInt.asUintN(64, BigInt(value))) : writer.at(at).u32(value >>> 0);
  const now = realtimeNs(kernel);
  put(shape.offset, offset);
  put(shape.frequency, ntp.frequency);
  put(shape.maxError, ntp.maxError);
  put(shape.estimatedError, ntp.estimatedError);
  writer.at(shape.status).u32(ntp.status);
  put(shape.constant, ntp.constant);
  put(shape.precision, 1);
  put(shape.tolerance, MAX_FREQUENCY);
  put(shape.seconds, Number(now / 1_000_000_000n) | 0);
  put(shape.fraction, Math.floor(Number(now % 1_000_000_000n) / (ntp.status & STA_NANO ? 1 : 1000)));
  put(shape.tick, ntp.tick);
  writer.at(shape.tai).u32(ntp.tai);
  return writer.bytes;
}

/** Only the real-time clock can be adjusted. */
function adjustClock(kernel: Kernel, task: Task, clock: number, address: number, shape: Timex): number {
  if (clockOf(clock) === undefined) return -EINVAL;
  return clock === CLOCK_REALTIME ? adjust(kernel, task, address, shape) : -EOPNOTSUPP;
}

const NOTE =
  'ADJ_SETOFFSET steps the clock; offset, frequency and tick are kept and reported, the clock runs on at its rate';

export const ADJTIMEX_SYSCALLS: readonly SyscallDef[] = [
  partial('adjtimex', ['ptr'], NOTE, (kernel, task, at) => adjust(kernel, task, at!, NARROW)),
  partial('clock_adjtime', ['int', 'ptr'], NOTE, (kernel, task, clock, at) =>
    adjustClock(kernel, task, clock!, at!, NARROW),
  ),
  partial('clock_adjtime64', ['int', 'ptr'], NOTE, (kernel, task, clock, at) =>
    adjustClock(kernel, task, clock!, at!, WIDE),
  ),
];
