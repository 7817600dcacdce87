export { mips, mipsel } from './backend.ts';
export { fccBit, readFcsr, writeFcsr } from './fp/fcsr.ts';
export * from './fp/fcsr-bits.ts';
export * from './identity.ts';
export * from './state.ts';
export { addressOf, goTo } from './system/deliver.ts';
export { modeOf, updateMode } from './system/mode.ts';
export * from './system/status.ts';
export * from './vectors.ts';
