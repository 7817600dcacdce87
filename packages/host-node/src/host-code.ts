import { setFlagsFromString } from 'node:v8';
import zlib from 'node:zlib';

type Native<A extends unknown[], R> = (...args: A) => R;

/** V8's own functions, which it offers to its tests. */
interface Natives {
  readonly SerializeWasmModule: Native<[WebAssembly.Module], ArrayBuffer>;
  readonly DeserializeWasmModule: Native<[ArrayBuffer, Uint8Array], WebAssembly.Module | undefined>;
  readonly IsTurboFanFunction: Native<[unknown], boolean>;
  readonly IsUncompiledWasmFunction: Native<[unknown], boolean>;
  readonly WasmTierUpFunction: Native<[unknown], void>;
}

const NONE: Natives = {
  SerializeWasmModule: () => new ArrayBuffer(0),
  DeserializeWasmModule: () => undefined,
  IsTurboFanFunction: () => false,
  IsUncompiledWasmFunction: () => true,
  WasmTierUpFunction: () => {},
};

const ARGUMENTS: Readonly<Record<keyof Natives, number>> = {
  SerializeWasmModule: 1,
  DeserializeWasmModule: 2,
  IsTurboFanFunction: 1,
  IsUncompiledWasmFunction: 1,
  WasmTierUpFunction: 1,
};

/**
 * Machine code of WebAssembly modules, to be kept between runs (HostCode of @kml/core). V8 has had it for long,
 * and browsers keep it so, but Node has no interface to it other than V8's functions for tests. V8 itself
 * refuses code of another version, of a CPU with other features, or of other flags.
 * Where V8 does not offer it, nothing counts as optimised, and nothing is kept.
 * @param withFlags does what it is given under the flags of V8 that hold whenever code is taken or given
 */
export function openHostCode(withFlags: <T>(what: () => T) => T) {
  const made: Partial<Natives> = {};
  // A short run asks for one of them, or none.
  const native = <K extends keyof Natives>(name: K): Natives[K] => (made[name] ??= nativeOf(name)) as Natives[K];
  return {
    isCompiled: (code: unknown) => !ask(() => native('IsUncompiledWasmFunction')(code)),
    isOptimised: (code: unknown) => ask(() => native('IsTurboFanFunction')(code)),
    optimise: (code: unknown) => ask(() => native('WasmTierUpFunction')(code)),
    take(module: WebAssembly.Module) {
      const code = new Uint8Array(withFlags(() => ask(() => native('SerializeWasmModule')(module))));
      return { code, checksum: zlib.crc32(code) };
    },
    give({ code, checksum }: { code: Uint8Array<ArrayBuffer>; checksum: number }, bytes: Uint8Array) {
      if (zlib.crc32?.(code) !== checksum) return undefined;
      const whole = code.byteLength === code.buffer.byteLength ? code.buffer : code.slice().buffer;
      return withFlags(() => ask(() => native('DeserializeWasmModule')(whole, bytes)));
    },
  };
}

/** V8's function of this name; what stands for it where V8 does not have it. */
function nativeOf<K extends keyof Natives>(name: K): Natives[K] {
  // Before Node 22 there is no checksum either.
  if (zlib.crc32 === undefined) return NONE[name];
  const parameters = ['a', 'b'].slice(0, ARGUMENTS[name]).join();
  try {
    return new Function(parameters, `return %${name}(${parameters})`) as Natives[K];
  } catch {
    return NONE[name];
  }
}

/**
 * Their syntax is allowed only while these functions are made or called: V8 parses a function again
 * when it is called after its bytecode has been thrown away (`--flush-bytecode`: six collections without a call).
 */
function ask<T>(what: () => T): T {
  setFlagsFromString('--allow-natives-syntax');
  try {
    return what();
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}
