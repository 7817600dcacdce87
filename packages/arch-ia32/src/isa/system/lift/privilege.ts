import type { Insn } from '../../lift/insn.ts';
import { MODE_IO_DENIED } from '../../state.ts';
import { GP } from '../../vectors.ts';

type Lift = (x: Insn) => void;

/** The instruction exists at CPL 0 alone: #GP(0) elsewhere. The mode word carries CPL, so it is decided here. */
export function privileged(lift: Lift): Lift {
  return (x) => {
    if (x.cpl !== 0) x.raise(GP);
    else lift(x);
  };
}

/** The instruction needs CPL <= IOPL: #GP(0) elsewhere. */
export function ioSensitive(lift: Lift): Lift {
  return (x) => {
    if (x.mode & MODE_IO_DENIED) x.raise(GP);
    else lift(x);
  };
}
