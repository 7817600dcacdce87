/** Kernel calls that only this ABI's entry code makes: the frame lies at SP. */
import { KERNEL_GO_ON } from '@kml/core';
import { type Kernel, kernelRead32, kernelWrite32 } from '@kml/kernel';
import { GENERAL } from '../isa/index.ts';
import { KC_SKIP_SLOT, KC_UNALIGNED, NATIVE_ENOSYS } from './entry/constants.ts';
import { PT, SP, V0 } from './pt-regs.ts';
import { fixUnaligned } from './unaligned.ts';
import { addressBehind } from './user-frame.ts';

/** LinuxAbi.privateKernelCall. */
export function privateKernelCall(kernel: Kernel, number: number): number {
  const frame = kernel.cpu.get(GENERAL[SP]!) >>> 0;
  if (number === KC_SKIP_SLOT) skipSlot(kernel, frame);
  else if (number === KC_UNALIGNED) {
    const refusal = fixUnaligned(kernel, kernel.state.current!, frame);
    kernel.state.current!.arch.refusal = refusal ?? '';
    kernel.cpu.set(GENERAL[V0]!, refusal === undefined ? 1 : 0);
  } else kernel.cpu.set(GENERAL[V0]!, -NATIVE_ENOSYS);
  return KERNEL_GO_ON;
}

/** A system call in a delay slot: its branch is carried out; the frame keeps where it was, for a restart. */
function skipSlot(kernel: Kernel, frame: number): void {
  const epc = kernelRead32(kernel, frame + PT.epc);
  kernelWrite32(kernel, frame + PT.r27, epc);
  kernelWrite32(kernel, frame + PT.epc, addressBehind(kernel, kernel.state.current!, frame) ?? epc + 8);
}
