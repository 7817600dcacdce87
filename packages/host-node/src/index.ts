export * from './clock.ts';
export * from './code-store.ts';
export * from './console.ts';
export * from './directory.ts';
export * from './rootfs/rootfs.ts';
export * from './swap.ts';
