import { type Inode, inodeRead, type Kernel, pathString, type Vma } from '@kml/kernel';
import { FunctionTable } from './function-table.ts';
import { LoadedFile } from './loaded-file.ts';

/** Larger files than this are not read: their functions have no names. */
const MOST_BYTES = 256 * 2 ** 20;

/** Where an address of a program lies. */
export interface CodePlace {
  /** Path of the mapped file, '[vdso]', '[heap]', or '[anon]' (code made at run time). */
  readonly image: string;
  /** The file's functions, and the address as the file has it. */
  readonly functions?: FunctionTable;
  readonly address: number;
}

/** Finds files and functions behind addresses of the current process. Reads files beside the guest's own page cache, so that nothing of the guest changes. */
export class CodeMap {
  private readonly files = new WeakMap<Inode, { readonly version: string; readonly functions: FunctionTable }>();
  private readonly images = new Map<Uint8Array, FunctionTable>();

  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** The place of an address in the current process; undefined where nothing is mapped. */
  find(address: number): CodePlace | undefined {
    const at = address >>> 0;
    const vma = this.kernel.state.current?.mm?.vmas.find(({ start, end }) => at >= start && at < end);
    return vma ? this.inMapping(vma, at) : this.inKernelImage(at);
  }

  /** The word at an address as the file mapped there has it; undefined where there is none. */
  word(address: number): number | undefined {
    const place = this.find(address);
    const file = place?.functions?.file;
    const offset = file?.offsetOf(place!.address);
    return offset === undefined ? undefined : file!.wordAt(offset);
  }

  private inMapping(vma: Vma, at: number): CodePlace {
    if (!vma.file) return { image: vma.name === '' ? '[anon]' : vma.name, address: at };
    const functions = this.functionsOf(vma.file.inode);
    const address = functions.file.addressOf(at - vma.start + vma.offset);
    const image = pathString(this.kernel, vma.file.path);
    return address === undefined ? { image, address: at } : { image, functions, address };
  }

  /** Pages that every process sees: the vDSO. */
  private inKernelImage(at: number): CodePlace | undefined {
    const segment = this.kernel.image.segments.find(
      ({ address, bytes, userName }) =>
        userName !== undefined && at >= address >>> 0 && at < (address >>> 0) + bytes.length,
    );
    if (!segment) return undefined;
    let functions = this.images.get(segment.bytes);
    if (!functions) this.images.set(segment.bytes, (functions = this.tableOf(segment.bytes)));
    const offset = at - (segment.address >>> 0);
    return { image: segment.userName!, functions, address: functions.file.addressOf(offset) ?? offset };
  }

  private functionsOf(inode: Inode): FunctionTable {
    const version = `${inode.size} ${inode.mtime}`;
    const known = this.files.get(inode);
    if (known?.version === version) return known.functions;
    const bytes = new Uint8Array(inode.size <= MOST_BYTES ? inode.size : 0);
    const length = inodeRead(this.kernel, inode, 0, bytes);
    const functions = this.tableOf(bytes.subarray(0, Math.max(0, length)));
    this.files.set(inode, { version, functions });
    return functions;
  }

  private tableOf(bytes: Uint8Array): FunctionTable {
    return new FunctionTable(new LoadedFile(bytes), this.kernel.abi.isa.instructionAlign);
  }
}
