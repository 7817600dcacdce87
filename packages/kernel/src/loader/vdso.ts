/** The vDSO: one image whose pages all processes share. Linux 6.1 arch/x86/entry/vdso/vma.c */
import { PAGE_SIZE } from '@kml/core';
import { ENOMEM } from '../errno.ts';
import { retainFile } from '../fs/file.ts';
import { internalInode } from '../fs/internal-fs.ts';
import type { Kernel } from '../kernel.ts';
import { allocCacheFrame } from '../mm/frames.ts';
import { imageKey } from '../mm/mmap.ts';
import { findFreeRange } from '../mm/placement.ts';
import { PROT_EXEC, PROT_READ } from '../mm/pte.ts';
import { mmState } from '../mm/state.ts';
import { insertVma, newVma } from '../mm/vma.ts';
import { monotonicNs } from '../time/clock.ts';
import { updateVdsoData, vdsoDataBytes } from '../time/vdso-data.ts';
import type { Mm, OpenFile } from '../types.ts';

/** The file behind the vDSO, made at first use; undefined without memory. */
function vdsoFile(kernel: Kernel): OpenFile | undefined {
  const state = mmState(kernel);
  if (state.vdso !== undefined) return state.vdso;
  const data = vdsoDataBytes(kernel);
  const code = kernel.abi.vdso(kernel);
  const image = new Uint8Array(data + code.length);
  image.set(code, data);
  const path = internalInode(kernel, 'anon_inodefs', '[vdso]', 0o100555, { pinned: true });
  const inode = path.dentry.inode!;
  inode.users = 1;
  inode.size = Math.ceil(image.length / PAGE_SIZE) * PAGE_SIZE;
  for (let at = 0; at < image.length; at += PAGE_SIZE) {
    const frame = allocCacheFrame(kernel, inode, at / PAGE_SIZE);
    if (frame < 0) return undefined;
    kernel.memory.zeroFrame(frame);
    kernel.memory.writeFrame(frame, 0, image.subarray(at, at + PAGE_SIZE));
    inode.pages.set(at / PAGE_SIZE, { frame, dirty: false });
  }
  state.vdso = { kind: 'vdso', refs: 1, inode, path, position: 0, flags: 0, data: undefined };
  updateVdsoData(kernel, monotonicNs(kernel));
  return state.vdso;
}

/** Maps the vDSO and notes its address in mm.vdso: 0 or -errno. An ABI with an empty image has none. */
export function mapVdso(kernel: Kernel, mm: Mm): number {
  const file = vdsoFile(kernel);
  if (file === undefined) return -ENOMEM;
  const { size } = file.inode;
  if (size === 0) return 0;
  const start = findFreeRange(kernel, mm, size, 0);
  if (start < 0) return -ENOMEM;
  const data = vdsoDataBytes(kernel);
  if (data > 0) mapData(kernel, mm, file, start, data);
  const vma = newVma(start + data, start + size, PROT_READ | PROT_EXEC);
  vma.offset = data;
  vma.name = kernel.abi.vdsoName ?? '[vdso]';
  vma.file = retainFile(file);
  vma.image = imageKey(file.inode, start, 0);
  insertVma(kernel, mm, vma);
  mm.vdso = start + data;
  return 0;
}

function mapData(kernel: Kernel, mm: Mm, file: OpenFile, start: number, bytes: number): void {
  const vma = newVma(start, start + bytes, PROT_READ);
  vma.name = '[vvar]';
  vma.file = retainFile(file);
  insertVma(kernel, mm, vma);
}
