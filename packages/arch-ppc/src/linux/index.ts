export { powerpc } from './abi.ts';
