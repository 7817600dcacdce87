import type { IrBlock, Terminal } from '../ir/block.ts';

/** How a block ends that goes over to the kernel, or back. */
export type InPlaceTerminal = Extract<Terminal, { kind: 'trap' | 'system' | 'switchMode' }>;

/** Whether the block's last instruction is one that the engine does where translated code does not. */
export function isForEngine(terminal: Terminal): terminal is InPlaceTerminal {
  return terminal.kind === 'trap' || terminal.kind === 'system' || terminal.kind === 'switchMode';
}

/** Whether the block's last instruction is done in place: by the engine, or a change of mode by translated code. */
export function isInPlace(terminal: Terminal): terminal is InPlaceTerminal {
  return isForEngine(terminal) && terminal.inPlace !== undefined;
}

/**
 * Has a trap or system instruction done within translated code's call, so that the frames of
 * its callers stay and code behind it belongs to the region. Any other block is given back as it is.
 */
export function markInPlace(block: IrBlock): IrBlock {
  const { terminal } = block;
  if (terminal.kind === 'trap') return { ...block, terminal: { ...terminal, inPlace: block.endPc } };
  if (terminal.kind === 'system') return { ...block, terminal: { ...terminal, inPlace: terminal.next } };
  if (terminal.kind === 'switchMode') return { ...block, terminal: { ...terminal, inPlace: terminal.next } };
  return block;
}
