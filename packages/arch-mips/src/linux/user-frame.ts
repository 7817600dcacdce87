/** The interrupted program, as its register frame shows it: registers by number, the instruction that trapped, how to go on. */
import { type Kernel, kernelRead32, kernelWrite32, readWord, type Task } from '@kml/kernel';
import { CAUSE_BD } from '../isa/index.ts';
import { branchTarget } from './branch.ts';
import { PT, ptReg } from './pt-regs.ts';

export function readRegister(kernel: Kernel, frame: number, number: number): number {
  return number === 0 ? 0 : kernelRead32(kernel, frame + ptReg(number));
}

export function writeRegister(kernel: Kernel, frame: number, number: number, value: number): void {
  if (number !== 0) kernelWrite32(kernel, frame + ptReg(number), value);
}

/** Whether the instruction that trapped lies in a delay slot; EPC is the branch's address then. */
export function inDelaySlot(kernel: Kernel, frame: number): boolean {
  return (kernelRead32(kernel, frame + PT.cause) & CAUSE_BD) !== 0;
}

/** Address of the instruction that trapped. Linux: exception_epc */
export function trappedAt(kernel: Kernel, frame: number): number {
  return (kernelRead32(kernel, frame + PT.epc) + (inDelaySlot(kernel, frame) ? 4 : 0)) >>> 0;
}

/** The instruction that trapped; undefined if it cannot be read. */
export function trappedWord(kernel: Kernel, task: Task, frame: number): number | undefined {
  return readWord(kernel, task, trappedAt(kernel, frame));
}

/** Where the program goes on behind the instruction that trapped; undefined if the branch before it cannot be read. */
export function addressBehind(kernel: Kernel, task: Task, frame: number): number | undefined {
  const epc = kernelRead32(kernel, frame + PT.epc) >>> 0;
  if (!inDelaySlot(kernel, frame)) return epc + 4;
  const branch = readWord(kernel, task, epc);
  if (branch === undefined) return undefined;
  return branchTarget(kernel.cpu, branch, epc, (number) => readRegister(kernel, frame, number));
}
