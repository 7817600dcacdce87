import { once } from '../once.ts';
import { CodeWriter, ModuleWriter } from '../wasm/encoder.ts';
import { OPS } from './ops.ts';

/** Text of the probe; it is in the start-up snapshot, what it tells is not. */
const probeModule = once((): Uint8Array<ArrayBuffer> => {
  const module = new ModuleWriter();
  const code = new CodeWriter(32);
  for (const local of [0, 1, 2]) code.get(local).op(OPS.splatF64.wasm);
  code.op(OPS.fusedF64x2.wasm).op(OPS.laneF64.wasm).byte(1);
  module.addFunction(module.type(['f64', 'f64', 'f64'], ['f64']), [], code, 'fused');
  return module.finish() as Uint8Array<ArrayBuffer>;
});

/** Whether the host's WebAssembly has the operation fusedF64x2 at all (relaxed SIMD). */
export function hasRelaxedMadd(): boolean {
  // Nothing is remembered: a start-up snapshot, which Node makes without WebAssembly, would have it.
  return WebAssembly.validate(probeModule());
}

/** Operands and results that tell one rounding from two. */
const PROBES = [
  [1 + 2 ** -52, 1 - 2 ** -52, -1, -(2 ** -104)],
  [2 ** 27 + 1, 2 ** 27 - 1, -(2 ** 54), -1],
  [3, 2 ** -54, 1, 1 + 2 ** -52],
  [2 ** 600, 2 ** 600, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
] as const;

/**
 * Whether fusedF64x2 rounds once here: WebAssembly leaves it open, and it depends on the host's CPU. The
 * same instruction does it in whatever way V8 compiles it, so a few operands tell for all.
 */
export function hostFuses(): boolean {
  if (!hasRelaxedMadd()) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(probeModule()), {});
  const fused = exports.fused as (a: number, b: number, c: number) => number;
  return PROBES.every(([a, b, c, result]) => Object.is(fused(a, b, c), result));
}
