/**
 * Modules that every machine of a kind has, whatever it runs: the interpreter's loop above all. With the
 * machine code that the host made of them in an earlier run they are optimised from the start, and not
 * even made: the store of one version of this code has their bytes.
 */
import { openParts, type Part, type PartStore, PartWriter } from '../engine/part-store.ts';
import type { StoredBytes, StorePieces } from '../engine/stored-bytes.ts';
import type { CodeOfHost, HostCode } from './host-code.ts';

const MAGIC = 0x4b4d_4c47;

type Exports = Readonly<Record<string, unknown>>;

interface Entry {
  readonly name: string;
  readonly bytes: Part;
  readonly code: Part;
  readonly checksum: number;
}

interface InUse {
  readonly bytes: Uint8Array;
  readonly module: WebAssembly.Module;
  readonly exports: Exports;
  /** As it was kept. */
  readonly host: CodeOfHost | undefined;
}

export class FixedModules {
  private readonly hostCode: HostCode | undefined;
  private readonly store: PartStore<readonly Entry[]> | undefined;
  private readonly inUse = new Map<string, InUse>();

  /** @param source what save() gave in an earlier run of the same version of this code, if there was one */
  constructor(hostCode?: HostCode, source?: StoredBytes) {
    this.hostCode = hostCode;
    this.store = hostCode && source && openParts(source, MAGIC);
  }

  /**
   * Exports of a new instance of a module.
   * @param name of everything that its bytes depend on
   * @param make gives its bytes where they are not kept
   */
  instantiate(
    name: string,
    make: () => Uint8Array<ArrayBuffer>,
    imports: Record<string, Record<string, unknown>>,
  ): Exports {
    const { bytes, module, host } = this.kept(name) ?? compiled(make());
    const { exports } = new WebAssembly.Instance(module, imports);
    this.inUse.set(name, { bytes, module, exports, host });
    return exports;
  }

  /** A store for later runs; undefined if the one at the start had all of it. Has the host optimise what is new: a tenth of a second. */
  save(): StorePieces | undefined {
    const { hostCode } = this;
    if (hostCode === undefined || [...this.inUse.values()].every(({ host }) => host)) return undefined;
    const writer = new PartWriter();
    const entries: Entry[] = [];
    const add = (name: string, bytes: Uint8Array, { code, checksum }: CodeOfHost): void => {
      entries.push({ name, bytes: writer.add(bytes), code: writer.add(code), checksum });
    };
    for (const [name, { bytes, module, exports, host }] of this.inUse) {
      const code = host ?? codeOf(module, exports, hostCode);
      if (code) add(name, bytes, code);
    }
    for (const entry of this.store?.description ?? []) {
      const kept = this.inUse.has(entry.name) ? undefined : this.read(entry);
      if (kept) add(entry.name, kept.bytes, kept.host);
    }
    return writer.finish(MAGIC, entries);
  }

  private kept(name: string) {
    const entry = this.store?.description.find((other) => other.name === name);
    const found = entry && this.read(entry);
    const module = found && this.hostCode!.give(found.host, found.bytes);
    return module && { ...found, module };
  }

  private read({ bytes: at, code: codeAt, checksum }: Entry) {
    const bytes = this.store!.part(at);
    const code = this.store!.part(codeAt);
    return bytes && code && { bytes, host: { code, checksum } };
  }
}

function compiled(bytes: Uint8Array<ArrayBuffer>) {
  return { bytes, module: new WebAssembly.Module(bytes), host: undefined };
}

/** Undefined where the host cannot tell that it optimised anything. */
function codeOf(module: WebAssembly.Module, exports: Exports, host: HostCode): CodeOfHost | undefined {
  const functions = Object.values(exports).filter((value) => typeof value === 'function');
  for (const code of functions) if (host.isCompiled(code)) host.optimise(code);
  return functions.some((code) => host.isOptimised(code)) ? host.take(module) : undefined;
}
