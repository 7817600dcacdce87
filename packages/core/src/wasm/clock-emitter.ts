import { CLOCK_ADDRESS } from '../memory/memory-map.ts';
import { NO_CHARGE } from './clock-flow.ts';
import { countEntry, pushClockWord } from './clock-word.ts';
import { OPCODE } from './encoder.ts';
import type { RegionContext } from './region-context.ts';

/**
 * The clock goes along calls and jumps between regions as their last parameter, and back as their last
 * result. In memory it is where the host may look: before a call of the host's. Where it waits in memory for
 * each callee and each caller, that is the longest chain of what depends on each other in code that calls much.
 */

/** The clock's argument or result on the way to another region, with all that is pending in it. */
export function pushClock(region: RegionContext): void {
  const { code, clockLocal } = region;
  if (region.services.optimisations.clockInCalls) countEntry(code, region.pending.entry);
  else storeClock(region);
  code.get(clockLocal);
  region.pushCharge(region.pending);
}

/** Takes over the clock that a region gave, which is on the stack. Nothing is pending. */
export function takeClock(region: RegionContext): void {
  if (region.services.optimisations.clockInCalls) region.code.set(region.clockLocal);
  else {
    region.code.byte(OPCODE.drop);
    loadClock(region);
  }
  region.pending = NO_CHARGE;
}

/** The clock that a region begins with. */
export function beginClock(region: RegionContext): void {
  if (!region.services.optimisations.clockInCalls) loadClock(region);
}

/** Gives the clock to memory: the host is called. */
export function storeClock(region: RegionContext): void {
  const { code, clockLocal } = region;
  countEntry(code, region.pending.entry);
  code.i32Const(0).get(clockLocal);
  region.pushCharge(region.pending);
  code.memory(OPCODE.i64Store, 3, CLOCK_ADDRESS);
}

/** Takes it over from memory: the host was called. */
export function loadClock(region: RegionContext): void {
  pushClockWord(region.code).set(region.clockLocal);
  region.pending = NO_CHARGE;
}

/** Returns from the region: what it answers is on the stack. */
export function emitReturn(region: RegionContext): void {
  pushClock(region);
  region.code.byte(OPCODE.return);
}
