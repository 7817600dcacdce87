import { EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';

/** What the mount options of a tmpfs say; undefined: not mentioned. */
export interface TmpfsOptions {
  /** Bytes. */
  size?: number;
  nodes?: number;
  mode?: number;
  uid?: number;
  gid?: number;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** A number with a unit behind it; undefined for what is none. Linux 6.1 lib/cmdline.c: memparse */
function amount(text: string): number | undefined {
  const found = /^(0x[0-9a-f]+|[0-9]+)([kmgt]?)$/i.exec(text);
  return found === null ? undefined : Number(found[1]) * UNITS[found[2]!.toLowerCase()]!;
}

/** Options as mount(2) is given them, or -EINVAL. Linux 6.1 mm/shmem.c: shmem_parse_one */
export function parseTmpfsOptions(kernel: Kernel, text: string): TmpfsOptions | number {
  const options: TmpfsOptions = {};
  const all = kernel.memory.frameCount * 4096;
  for (const option of text.split(',')) {
    if (option === '') continue;
    const at = option.indexOf('=');
    const name = at < 0 ? option : option.slice(0, at);
    const value = at < 0 ? '' : option.slice(at + 1);
    const percent = /^([0-9]+)%$/.exec(value);
    const number = amount(value);
    if (name === 'size' && percent !== null) options.size = Math.floor((all * Number(percent[1])) / 100);
    else if (name === 'size' && number !== undefined)
      options.size = number === 0 ? all : Math.ceil(number / 4096) * 4096;
    else if (name === 'nr_blocks' && number !== undefined) options.size = number * 4096;
    else if (name === 'nr_inodes' && number !== undefined) options.nodes = number;
    else if (name === 'mode' && /^[0-7]+$/.test(value)) options.mode = Number.parseInt(value, 8) & 0o7777;
    else if ((name === 'uid' || name === 'gid') && /^[0-9]+$/.test(value)) options[name] = Number(value);
    else if (!KNOWN.includes(name)) return -EINVAL;
  }
  return options;
}

/** Options that change nothing here. */
const KNOWN: readonly string[] = ['inode32', 'inode64', 'huge', 'mpol', 'noswap'];
