/**
 * What the rest of the kernel uses of the file system. Errors are -errno. Path names are byte
 * strings decoded as latin1.
 *
 *     boot        mountRoot(kernel)                          mounts root, /proc, /dev, /sys, --mount
 *                 newFileTable(), newFsContext(kernel)       for the first task
 *                 attachConsole(kernel, task)                descriptors 0, 1, 2
 *     run loop    pollConsole(kernel)                        takes the terminal's input
 *     fork, exit  cloneFileTable, releaseFileTable, cloneFsContext, releaseFsContext
 *     exec        openExecutable, closeOnExec, resolvePath, pathString
 *     mm          inodeReadBacking, inodeWriteBacking (below the page cache), inodeRead, inodeWrite,
 *                 newMemoryFile (shared anonymous memory), retainFile, releaseFile
 *     tty         hangUpSession(kernel, sid)                 at a session leader's exit
 *     /proc       openFile + readWholeFile for tools
 */
export { attachConsole, consoleResized, drainConsole, pollConsole, resumeConsole } from './console.ts';
export { newFile, releaseFile, retainFile } from './file.ts';
export {
  cloneFileTable,
  closeFd,
  closeOnExec,
  getFile,
  installFd,
  newFileTable,
  releaseFileTable,
} from './file-table.ts';
export { cloneFsContext, newFsContext, releaseFsContext } from './fs-context.ts';
export { inodeRead, inodeReadBacking, inodeTruncate, inodeWrite, inodeWriteBacking } from './inode-io.ts';
export { newMemoryFile } from './memory-file.ts';
export { mountRoot } from './mount-root.ts';
export { openExecutable, openFile } from './open.ts';
export { pathString } from './path-string.ts';
export { type PathContext, type ResolveOptions, resolvePath } from './path-walk.ts';
export { hangUpSession } from './tty/hang-up.ts';
