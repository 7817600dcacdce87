import { copyIn, copyOut, type Kernel } from '@kml/kernel';

/** Memory of the process that runs at present, by virtual address. Pages are brought in as for an access of its own. */
export class MemoryAccess {
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Bytes from an address, or undefined where they are not mapped. */
  read(address: number, length: number): Uint8Array | undefined {
    const task = this.kernel.state.current;
    return task && copyIn(this.kernel, task, address, length);
  }

  /** Writes bytes; false where they are not mapped for writing. */
  write(address: number, bytes: Uint8Array): boolean {
    const task = this.kernel.state.current;
    return task !== undefined && copyOut(this.kernel, task, address, bytes);
  }
}
