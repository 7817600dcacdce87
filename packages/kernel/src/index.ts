export * from './errno.ts';
export * from './host.ts';
export * from './kernel.ts';
export * from './kernel-memory.ts';
export * from './linux-abi.ts';
export * from './syscalls/define.ts';
export * from './types.ts';
