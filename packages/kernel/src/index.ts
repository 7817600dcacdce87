export * from './abi/common-syscalls.ts';
export * from './abi/frame-calls.ts';
export * as generic from './abi/generic.ts';
export * from './abi/layouts.ts';
export * from './abi/numbers.ts';
export {
  decodeSigSet,
  encodeSigSet,
  genericSet,
  lastSignal,
  nativeSet,
  nativeStatus,
  sigSetBytes,
} from './abi/signals.ts';
export { StructReader, StructWriter } from './abi/struct.ts';
export { auditKernel, type KernelAccounts, type KernelAudit } from './audit/audit.ts';
export { type BootProgram, bootKernel, createKernel, type KernelParts, runExitStatus, shellStatus } from './boot.ts';
export * from './debug-abi.ts';
export { kernelCall } from './entry.ts';
export * from './errno.ts';
export { consoleResized, drainConsole, pollConsole } from './fs/fs-api.ts';
export { inodeRead } from './fs/inode-io.ts';
export {
  makeDevice,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from './fs/mode.ts';
export { pathString } from './fs/path-string.ts';
export { pollNetwork } from './fs/socket/inet/outside/poll-network.ts';
export { ADVICE_FIRST_FADVISE } from './fs/syscalls/content.ts';
export { pipeDescriptors } from './fs/syscalls/descriptors.ts';
export * from './host.ts';
export * from './host-network.ts';
export * from './internal-error.ts';
export { VERSIONED_IPC_CONTROLS } from './ipc/sysv/rows.ts';
export * from './kernel.ts';
export * from './kernel-memory.ts';
export * from './linux-abi.ts';
export { buildVdso, elfHash, VDSO_TEXT, type VdsoHeader, type VdsoSymbol } from './loader/build-vdso.ts';
export { sleb, type UnwindRange, type UnwindTable, uleb } from './loader/unwind-table.ts';
export { writeInMm } from './loader/write-mm.ts';
export { untouchedFrames } from './mm/frames.ts';
export {
  isKernelMapped,
  kernelClear,
  kernelRead32,
  kernelReadBytes,
  kernelWords,
  kernelWrite32,
  kernelWriteBytes,
  kernelWriteWords,
} from './mm/kernel-access.ts';
export { writebackAll } from './mm/page-cache.ts';
export { findFreeRange } from './mm/placement.ts';
export { putSwapContent, swapContents } from './mm/swap.ts';
export { DIRECT_MMAP } from './mm/syscalls.ts';
export { copyIn, copyInto, copyOut, readWord, writeWord } from './mm/user-access.ts';
export { insertVma, newVma } from './mm/vma.ts';
export * from './page-fault.ts';
export { wholeSetRequest } from './ptrace/registers.ts';
export { REFUSED_CHANGES } from './read-only-directory.ts';
export { recognisedBack, recognisedTrap } from './recognised-trap.ts';
export { symbolBefore } from './report/describe.ts';
export { panic } from './report/panic.ts';
export {
  type ReadText,
  type RewriteAbi,
  SIGNAL_TRAMPOLINE,
  type SitePlan,
  type StubPlace,
} from './rewrite/rewrite-abi.ts';
export { type RewriteState, rewriteState } from './rewrite/state.ts';
export type { HostFileChange } from './save/host-files.ts';
export { restoreKernel, resumeKernel, type SavedKernel, saveKernel } from './save/kernel-save.ts';
export { directoriesOf, findUnsaveable, outsideNames } from './save/unsaveable.ts';
export { altStackFlags, disarmAltStack, hasAltStack, onAltStack, restoreAltStack } from './signal/alt-stack.ts';
export { FrameImage, frameWords } from './signal/frame-image.ts';
export { forceSignal, sigInfo } from './signal/send.ts';
export {
  hasSignal,
  NO_SIGNALS,
  setOfWords,
  sigBit,
  sigSet,
  without,
} from './signal/sig-set.ts';
export { encodeSigInfo, SIGINFO_BYTES } from './signal/siginfo-struct.ts';
export { ONE_WORD_SIGSUSPEND } from './signal/syscalls/mask.ts';
export type { FrameRegisters, ReadWord, StackWalk, UndescribedFrame } from './stack-walk.ts';
export * from './syscalls/define.ts';
export { stackArguments } from './syscalls/stack-argument.ts';
export { noteAnswered } from './syscalls/steady.ts';
export { syscallCounts, syscallTable as syscallRows, wideIdCalls } from './syscalls/table.ts';
export { kernelWork, type WorkConstant, type WorkModel, workConstants } from './syscalls/work-cost.ts';
export { CAP, capable } from './task/capabilities.ts';
export { withCpu } from './task/cpu-state.ts';
export { newCredentials } from './task/new-task.ts';
export { frameAddress, setWork } from './task/thread-info.ts';
export { monotonicNs, realtimeNs } from './time/clock.ts';
export { idleDeadline, isIdle, onRunReturn, timerDue } from './time/events.ts';
export { VDSO_DATA, VDSO_SHIFT } from './time/vdso-data.ts';
export * from './types.ts';
