export { i386 } from './abi.ts';
