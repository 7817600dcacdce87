import type { IrBlock, Terminal } from '../ir/block.ts';

/** Whether the engine does the block's last instruction in place. */
export function isInPlace(terminal: Terminal): terminal is Extract<Terminal, { kind: 'trap' | 'system' }> {
  return (terminal.kind === 'trap' || terminal.kind === 'system') && terminal.inPlace !== undefined;
}

/**
 * Has the engine do a trap or system instruction within translated code's call, so that the frames of
 * its callers stay and code behind it belongs to the region. Any other block is given back as it is.
 */
export function markInPlace(block: IrBlock): IrBlock {
  const { terminal } = block;
  if (terminal.kind === 'trap') return { ...block, terminal: { ...terminal, inPlace: block.endPc } };
  if (terminal.kind === 'system') return { ...block, terminal: { ...terminal, inPlace: terminal.next } };
  return block;
}
