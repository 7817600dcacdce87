export * from './clock.ts';
export * from './code-store.ts';
export * from './console.ts';
export * from './directory.ts';
export { ImageError } from './image/image-error.ts';
export type { ImageConfig } from './image/oci.ts';
export * from './open-root.ts';
export * from './rootfs/rootfs.ts';
export * from './swap.ts';
