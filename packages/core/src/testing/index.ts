export { type BareCode, instructionRunner, type RunInstruction } from './instruction-runner.ts';
export { Random } from './random.ts';
