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
  let made: Natives | undefined;
  // In many a short run nobody asks.
  const v8 = (): Natives => (made ??= natives());
  return {
    isCompiled: (code: unknown) => !ask(() => v8().IsUncompiledWasmFunction(code)),
    isOptimised: (code: unknown) => ask(() => v8().IsTurboFanFunction(code)),
    optimise: (code: unknown) => ask(() => v8().WasmTierUpFunction(code)),
    take(module: WebAssembly.Module) {
      const code = new Uint8Array(withFlags(() => ask(() => v8().SerializeWasmModule(module))));
      return { code, checksum: zlib.crc32(code) };
    },
    give({ code, checksum }: { code: Uint8Array<ArrayBuffer>; checksum: number }, bytes: Uint8Array) {
      if (zlib.crc32?.(code) !== checksum) return undefined;
      const whole = code.byteLength === code.buffer.byteLength ? code.buffer : code.slice().buffer;
      return withFlags(() => ask(() => v8().DeserializeWasmModule(whole, bytes)));
    },
  };
}

function natives(): Natives {
  // Before Node 22 there is no checksum either.
  if (zlib.crc32 === undefined) return NONE;
  try {
    const made = Object.entries(ARGUMENTS).map(([name, count]) => {
      const parameters = ['a', 'b'].slice(0, count).join();
      return [name, new Function(parameters, `return %${name}(${parameters})`)];
    });
    return Object.fromEntries(made);
  } catch {
    return NONE;
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
