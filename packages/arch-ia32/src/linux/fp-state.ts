import type { Cpu } from '@kml/core';
import { FrameImage } from '@kml/kernel';
import { loadFxsave, saveFsave, saveFxsave } from '../isa/fp/x87-image.ts';

/**
 * Floating point in an i386 signal frame, struct _fpstate_32: the FNSAVE image, the status word again,
 * a magic of 0 for "an FXSAVE image follows", and that. Linux 6.1 arch/x86/include/uapi/asm/sigcontext.h
 */
export const FXSAVE_BYTES = 512;
export const FSAVE_BYTES = 112;
export const FP_BYTES = FSAVE_BYTES + FXSAVE_BYTES;
const STATUS = 4;
const STATUS_AGAIN = 108;

const IMAGE = new FrameImage(FP_BYTES);
const FX_VIEW = new DataView(IMAGE.bytes.buffer, FSAVE_BYTES);

/** The CPU's floating-point state as FP_BYTES bytes, which are good until the next call. */
export function saveFpState(cpu: Cpu): Uint8Array {
  const { bytes, view } = IMAGE.cleared();
  saveFsave(cpu, view);
  view.setUint16(STATUS_AGAIN, view.getUint16(STATUS, true), true);
  saveFxsave(cpu, FX_VIEW);
  return bytes;
}

/** Loads the CPU from an FXSAVE image. False, with nothing loaded, if reserved MXCSR bits are set. */
export function loadFx(cpu: Cpu, image: Uint8Array): boolean {
  return loadFxsave(cpu, new DataView(image.buffer, image.byteOffset, FXSAVE_BYTES));
}
