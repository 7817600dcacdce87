import { doExactly, order } from '../vfp/assist.ts';
import { beginFloat } from '../vfp/begin.ts';
import { packExtra } from './exact-integer.ts';
import type { Handler } from './integer.ts';

/** An integer instruction that host code does. */
export function byOrder(exact: number): Handler {
  return (x) => {
    if (beginFloat(x)) doExactly(x, order(exact, x.Vd, x.Vn, x.Vm, packExtra(x.size, x.U, x.Q)));
  };
}
