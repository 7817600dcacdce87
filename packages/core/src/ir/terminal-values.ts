import type { I32, Terminal } from './block.ts';

/** Values a terminal uses, in a fixed order. */
export function terminalValues(terminal: Terminal): readonly I32[] {
  switch (terminal.kind) {
    case 'branch':
      return [terminal.cond];
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
      return [terminal.target];
    case 'trap':
      return [terminal.error];
    case 'system':
      return terminal.args;
    case 'switchMode':
      return [terminal.target, terminal.mode];
    default:
      return [];
  }
}

/** The terminal with its values numbered otherwise. */
export function renumberTerminal(terminal: Terminal, renumber: (value: number) => number): Terminal {
  const to = (value: I32): I32 => renumber(value) as I32;
  switch (terminal.kind) {
    case 'branch':
      return { ...terminal, cond: to(terminal.cond) };
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
      return { ...terminal, target: to(terminal.target) };
    case 'trap':
      return { ...terminal, error: to(terminal.error) };
    case 'system':
      return { ...terminal, args: terminal.args.map(to) };
    case 'switchMode':
      return { ...terminal, target: to(terminal.target), mode: to(terminal.mode) };
    default:
      return terminal;
  }
}
