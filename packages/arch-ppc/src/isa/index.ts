export { ppc } from './backend.ts';
export * from './state.ts';
export { interruptsEnabled, updateMode, writeMsr } from './system/mode.ts';
export * from './system/registers.ts';
export * from './vectors.ts';
