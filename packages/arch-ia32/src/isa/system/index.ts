/** The privileged side of IA-32, for the backend and for the Linux side. */
export { deliverFault, deliverInterrupt, deliverTrap, interruptsEnabled } from './deliver.ts';
export * from './descriptor.ts';
export * from './eflags.ts';
export { updateMode } from './mode.ts';
export * from './registers.ts';
export { ROUTINE } from './routines.ts';
export { setSegment } from './segments.ts';
export { TSS } from './task-switch.ts';
