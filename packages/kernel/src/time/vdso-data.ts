import { PAGE_SIZE } from '@kml/core';
import { StructWriter } from '../abi/struct.ts';
import type { Kernel } from '../kernel.ts';
import { mmState } from '../mm/state.ts';
import { realtimeNs } from './clock.ts';

/**
 * The page in front of the vDSO, from which its functions tell the time without entering the kernel:
 * the clocks as of the last tick, and how a counter that programs can read goes on from there,
 *
 *     time = time at the tick + ((counter - counter at the tick) * multiplier >> VDSO_SHIFT)
 *
 * The counter's low 32 bits are enough, since ticks are closer than it takes them to go round. All
 * words are of 32 bits. Linux 6.1 include/vdso/datapage.h
 */
export const VDSO_DATA = {
  /** Changes whenever the page does: who reads looks at it before and after. */
  sequence: 0,
  /** 0: no counter keeps the clocks' time, ask the kernel. */
  multiplier: 4,
  counter: 8,
  /** Seconds and nanoseconds below one second. */
  monotonic: 16,
  realtime: 24,
  /** What settimeofday was told: minutes west of Greenwich, kind of summer time. */
  zone: 32,
} as const;

const BYTES = 40;

/** Fraction bits of the multiplier: counts of up to 256 ns, to a nanosecond over a tick. */
export const VDSO_SHIFT = 24;

const SECOND = 1_000_000_000n;

/** Writes the page, at every tick and whenever a clock jumps. `now`: monotonic nanoseconds at this instant. */
export function updateVdsoData(kernel: Kernel, now: bigint): void {
  const frame = mmState(kernel).vdso?.inode.pages.get(0)?.frame;
  const { vdsoCounter } = kernel.abi;
  if (frame === undefined || vdsoCounter === undefined) return;
  const { time } = kernel.state;
  const real = realtimeNs(kernel);
  time.vdsoSequence = (time.vdsoSequence + 1) >>> 0;
  const page = new StructWriter(kernel, BYTES)
    .u32(time.vdsoSequence)
    .u32(multiplierOf(kernel, vdsoCounter.cycles))
    .u32(vdsoCounter.value(kernel.cpu) >>> 0)
    .u32(0)
    .u32(Number(now / SECOND))
    .u32(Number(now % SECOND))
    .u32(Number(BigInt.asUintN(32, real / SECOND)))
    .u32(Number(real % SECOND))
    .u32(time.zone.minutesWest >>> 0)
    .u32(time.zone.dst >>> 0);
  kernel.memory.writeFrame(frame, 0, page.bytes);
}

/** By the host's clock no counter of the guest's keeps time. Rounded down: the clock never runs ahead of the kernel's. */
function multiplierOf({ options }: Kernel, cycles: number): number {
  if (options.time === 'real') return 0;
  return Math.floor((cycles * 1e9 * 2 ** VDSO_SHIFT) / options.clockHz);
}

/** Pages in front of the image: the data page, where the ABI has functions that read it. */
export function vdsoDataBytes({ abi }: Kernel): number {
  return abi.vdsoCounter === undefined ? 0 : PAGE_SIZE;
}
