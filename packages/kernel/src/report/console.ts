import { latin1Bytes } from '../abi/struct.ts';
import type { Kernel } from '../kernel.ts';

/** Prints lines of the kernel's own on the console, as printk does. */
export function printKernel(kernel: Kernel, lines: readonly string[]): void {
  kernel.host.console.write(2, latin1Bytes(lines.map((line) => `${line}\r\n`).join('')));
}

export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
