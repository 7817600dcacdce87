import type { GuestMemory } from '../memory/guest-memory.ts';
import { type CodeExtent, readExtents } from './code-extents.ts';
import { addressOfKey, isOwnKey } from './inline-calls.ts';
import type { KeptRegion } from './kept-region.ts';
import type { DiscoveredRegion } from './region-discovery.ts';

/** What a region's code does not say of it: its function, and how often it was and may be made again. */
type MadeAs = Pick<KeptRegion, 'place' | 'bodyBytes' | 'refreshed' | 'mayRefresh'>;

/** A compiled region, made from these extents, as the translator and later runs are to know it. */
export function describeRegion(
  found: DiscoveredRegion,
  extents: readonly CodeExtent[],
  memory: GuestMemory,
  made: MadeAs,
): KeptRegion {
  const keys = [...found.blocks.keys()];
  return {
    pc: found.entry,
    mode: found.mode,
    extents: extents.flatMap(({ start, end }) => [start, end]),
    blockPcs: keys.filter(isOwnKey),
    calleePcs: [...new Set(keys.filter((key) => !isOwnKey(key)).map(addressOfKey))],
    jumpPcs: jumpsIn(found),
    wayOutPcs: wayOutsOf(found),
    ...made,
    code: readExtents(memory, extents),
  };
}

function jumpsIn(found: DiscoveredRegion): number[] {
  const jumps: number[] = [];
  for (const block of found.blocks.values()) {
    const { kind } = block.terminal;
    if (kind === 'jumpIndirect' || kind === 'callIndirect') jumps.push(block.insnPc.at(-1)!);
  }
  return jumps;
}

function wayOutsOf(found: DiscoveredRegion): number[] {
  const outs = new Set<number>();
  for (const block of found.blocks.values()) {
    for (const target of found.successors(block)) if (!found.blocks.has(target)) outs.add(target);
    // What leads out of a callee that stands in line.
    if (block.count === 0 && block.terminal.kind === 'call') outs.add(block.terminal.target);
  }
  return [...outs];
}
