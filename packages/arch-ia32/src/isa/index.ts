export { ia32 } from './backend.ts';
export { CPU_BRAND, CPUID_FEATURES, CPUID_SIGNATURE } from './cpuid.ts';
export * from './state.ts';
export * from './vectors.ts';
