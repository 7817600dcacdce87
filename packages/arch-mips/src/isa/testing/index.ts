export * from './assemble.ts';
export * from './bare-machine.ts';
