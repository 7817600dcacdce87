import { CONTROL_BASE } from '../memory/memory-map.ts';
import { MAX_OPERANDS } from './shapes.ts';

/**
 * The translator's part of the control area, and of the look-up caches.
 *
 * A *record* says how deferred slots are to be computed. It has a home for each deferred slot; what is
 * known of a group of slots lies in the home of the first: an i32 tag (shape number, 0 for nothing), then
 * operands. In the i32 before the homes the low half has a bit for each slot that the record speaks of, the
 * high half one for each home that is in use. One record stands beside the slots in memory while
 * translated code runs; the other is written by an exit and is newer.
 */
export const RECORD_ADDRESS = CONTROL_BASE + 0x100;
export const EXIT_RECORD_ADDRESS = CONTROL_BASE + 0x400;
/** Deferred slots that an ISA can have. */
export const MAX_HOMES = 16;
/** Offset of the first home in a record, and how far they are apart. */
export const HOMES_OFFSET = 4;
export const HOME_BYTES = 4 + 4 * MAX_OPERANDS;
/** Offset of a home's tag in a record. */
export function tagOffset(home: number): number {
  return HOMES_OFFSET + home * HOME_BYTES;
}
/** Offset of a home's operand in a record. */
export function operandOffset(home: number, operand: number): number {
  return tagOffset(home) + 4 + operand * 4;
}
/** i32 for each group of a region: the word (record-names.ts) of its record, where the exit does not know it. */
export const EXIT_WORDS_ADDRESS = EXIT_RECORD_ADDRESS + tagOffset(MAX_HOMES);

/** i32 each: number of the computed jump that last went by the look-up, and its target. */
export const JUMP_ADDRESS = CONTROL_BASE + 0x80;
export const JUMP_TARGET_ADDRESS = CONTROL_BASE + 0x84;

/** Result of translated code that says: leave, pc is in memory (or in the site table). */
export const LEAVE = -1;
/** Site numbers: none; state and pc are in memory already (a kernel call answered "leave"). Exits follow. */
export const SITE_NONE = 0;
export const SITE_EXACT = 1;
/**
 * State, pc and mode are in memory, nothing is to be looked at: the CPU went on elsewhere, perhaps in
 * another mode. For the region that took the trap which this goes back from, else for whoever runs regions.
 */
export const SITE_ELSEWHERE = 2;
export const FIRST_SITE = 3;

/**
 * The look-up cache of an address space: entries of 16 bytes (pc, mode, table slot), direct-mapped;
 * then the links, one table slot for each known target of a direct call or jump between regions.
 */
export const LOOKUP_ENTRIES = 2048;
export const LINKS_OFFSET = LOOKUP_ENTRIES * 16;
export const MAX_LINKS = 8192;
/** Byte offset of the entry for a pc. Translated code computes the same. */
export function lookupOffset(pc: number): number {
  return ((pc ^ (pc >>> 4)) & (LOOKUP_ENTRIES - 1)) << 4;
}

/** Bytes of host stack that translated code, and what it calls, may use. */
export const STACK_BUDGET = 400_000;
/** Below this it is no longer gone on below callers: all frames return, and a fresh stack begins. */
export const STACK_TO_NEST = 150_000;
/** What the host's own frames between two runs of translated code may take. */
export const STACK_OF_HOST = 10_000;
