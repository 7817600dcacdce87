export { mips, mipsel } from './abi.ts';
