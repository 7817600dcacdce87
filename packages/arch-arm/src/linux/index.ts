export { armEabi } from './abi.ts';
