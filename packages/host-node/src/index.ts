export * from './clock.ts';
export * from './console.ts';
export * from './directory.ts';
