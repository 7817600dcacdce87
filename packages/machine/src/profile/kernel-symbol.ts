import type { KernelImage } from '@kml/kernel';

/** Name of the kernel's function at an address, or '[kernel text]'. */
export function symbolAt({ symbols }: KernelImage, address: number): string {
  let name = '[kernel text]';
  let start = 0;
  for (const [symbol, value] of symbols) {
    const place = value >>> 0;
    if (place <= address && place >= start) [name, start] = [symbol, place];
  }
  return name;
}
