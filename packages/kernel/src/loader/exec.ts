/**
 * Loading a program into a task: execve(2) below the system call. The caller (the system call) has
 * opened the file; it deals with other threads, descriptors and signal handlers afterwards.
 * Linux 6.1 fs/exec.c: bprm_execve, begin_new_exec; fs/binfmt_elf.c: load_elf_binary
 */
import { EACCES, ELOOP, ENOEXEC } from '../errno.ts';
import { releaseFile, retainFile } from '../fs/file.ts';
import { inodeRead } from '../fs/inode-io.ts';
import { S_ISGID, S_ISUID } from '../fs/mode.ts';
import { openExecutable, textBusy } from '../fs/open.ts';
import { pathString } from '../fs/path-string.ts';
import { MAY_READ, permission } from '../fs/permission.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_KU, TIF_REWRITE } from '../kernel-memory.ts';
import type { ProgramStart } from '../linux-abi.ts';
import { destroyMm, newMm } from '../mm/address-space.ts';
import { releaseMm } from '../mm/exit.ts';
import { prepareRewriting, rewrites } from '../rewrite/sites.ts';
import { SIGSEGV } from '../signal/numbers.ts';
import { killGroup } from '../signal/send.ts';
import { CAP, capable, capsAfterExec } from '../task/capabilities.ts';
import { clearWork, frameAddress, mirrorTask, setWork } from '../task/thread-info.ts';
import type { Inode, Mm, OpenFile, Task } from '../types.ts';
import { type ElfImage, readElf } from './elf.ts';
import { buildStack, checkArguments } from './initial-stack.ts';
import { extent, loadBias, mapSegments } from './map-elf.ts';
import { isScript, PROBE_BYTES, readScript, type ScriptLine } from './script.ts';
import { runsInKernelMode } from './trusted.ts';
import { mapVdso } from './vdso.ts';

/** Scripts whose interpreter is a script again. Linux: exec_binprm's limit */
const MAX_SCRIPTS = 5;
/** MS_NOSUID of mount(2). */
const MNT_NOSUID = 2;
const COMM_LENGTH = 15;
/** The program interpreter is no ELF file for this machine. */
const ELIBBAD = 80;

/** A program to load: after scripts were followed, `file` is an ELF file held by the request. */
interface Request {
  file: OpenFile;
  /** Name given to exec: comm and AT_EXECFN come from it. */
  readonly path: string;
  argv: string[];
  readonly envp: readonly string[];
}

/**
 * Replaces the task's program by the one in `file`, found under the name `path`. Takes its own hold
 * on the file. 0: the task has a new address space, start registers, credentials, name and privilege
 * level. -errno: nothing has changed; where Linux would be past the point of no return, the process
 * was killed with SIGSEGV besides.
 */
export function loadProgram(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  path: string,
  argv: readonly string[],
  envp: readonly string[],
): number {
  const request: Request = {
    file: retainFile(file),
    path,
    // A program never starts without argv[0]. Linux 5.18: do_execveat_common
    argv: argv.length === 0 ? [''] : [...argv],
    envp,
  };
  const result = loadRequest(kernel, task, request);
  releaseFile(kernel, request.file);
  return result;
}

function loadRequest(kernel: Kernel, task: Task, request: Request): number {
  const tooBig = checkArguments(task, request.path, request.argv, request.envp);
  if (tooBig) return tooBig;
  const failed = followScripts(kernel, task, request);
  if (failed) return failed;
  const image = readElf(kernel, request.file.inode);
  if (typeof image === 'number') return image;
  if (image.interpreter === undefined) return loadImages(kernel, task, request, image, undefined, undefined);
  const interpreter = openExecutable(kernel, task, image.interpreter);
  if (typeof interpreter === 'number') return interpreter;
  const loader = readElf(kernel, interpreter.inode);
  let result: number;
  if (typeof loader !== 'number') result = loadImages(kernel, task, request, image, interpreter, loader);
  else result = loader === -ENOEXEC ? -ELIBBAD : loader;
  releaseFile(kernel, interpreter);
  return result;
}

/** Follows `#!` lines until the file is no script: 0 or -errno. */
function followScripts(kernel: Kernel, task: Task, request: Request): number {
  for (let depth = 0; ; depth++) {
    const busy = textBusy(kernel, request.file);
    if (busy < 0) return busy;
    const script = scriptLine(kernel, request.file.inode);
    if (script === undefined) return 0;
    if (typeof script === 'number') return script;
    if (depth >= MAX_SCRIPTS) return -ELOOP;
    const interpreter = openExecutable(kernel, task, script.interpreter);
    if (typeof interpreter === 'number') return interpreter;
    const optional = script.argument === undefined ? [] : [script.argument];
    // The name the present file was found by: a nested script's stands in its argv[0].
    const scriptName = depth === 0 ? request.path : request.argv[0]!;
    request.argv = [script.interpreter, ...optional, scriptName, ...request.argv.slice(1)];
    releaseFile(kernel, request.file);
    request.file = interpreter;
    const tooBig = checkArguments(task, request.path, request.argv, request.envp);
    if (tooBig) return tooBig;
  }
}

/** A file's first bytes, as far as they tell a script from other files. */
const magic = new Uint8Array(2);

/** The `#!` line of a script; -errno; undefined for what is none. */
function scriptLine(kernel: Kernel, inode: Inode): ScriptLine | number | undefined {
  const probed = inodeRead(kernel, inode, 0, magic);
  if (probed < 0) return probed;
  if (probed < magic.length || !isScript(magic)) return undefined;
  const head = new Uint8Array(PROBE_BYTES);
  const got = inodeRead(kernel, inode, 0, head);
  return got < 0 ? got : readScript(head.subarray(0, got));
}

function loadImages(
  kernel: Kernel,
  task: Task,
  request: Request,
  image: ElfImage,
  interpreter: OpenFile | undefined,
  loader: ElfImage | undefined,
): number {
  const mm = newMm(kernel);
  mm.readImpliesExec = image.stack === 'absent';
  const kernelMode = runsInKernelMode(kernel, task, request.file);
  const before = { kernelMode: task.kernelMode, cred: task.cred };
  // The auxiliary vector is made from what the task will be.
  task.kernelMode = kernelMode;
  task.cred = newCredentials(task, request);
  const entry = mapProgram(kernel, task, mm, request, image, interpreter, loader);
  if (entry < 0) {
    task.kernelMode = before.kernelMode;
    task.cred = before.cred;
    destroyMm(kernel, mm);
    kernel.host.log.debug({ path: request.path, errno: -entry }, 'program could not be mapped');
    killGroup(kernel, task.group, SIGSEGV);
    return entry;
  }
  const marks = loader === undefined ? [image.marks] : [image.marks, loader.marks];
  commit(kernel, task, mm, request, { entry, sp: mm.stackStart, kernelMode, marks });
  return 0;
}

/** Maps program, interpreter, vDSO and stack: the start address, or -errno. */
function mapProgram(
  kernel: Kernel,
  task: Task,
  mm: Mm,
  request: Request,
  image: ElfImage,
  interpreter: OpenFile | undefined,
  loader: ElfImage | undefined,
): number {
  // A program that is its own interpreter (ld.so, static PIE) goes where libraries go.
  const bias = loadBias(kernel, mm, request.file, image, interpreter === undefined ? 0 : kernel.abi.dynBase);
  if (image.relocatable && bias < 0) return bias;
  const failed = mapSegments(kernel, mm, request.file, image, bias);
  if (failed) return failed;
  const { end } = extent(image);
  mm.brkStart = mm.brk = image.relocatable && interpreter === undefined ? kernel.abi.dynBase : end + bias;
  const noVdso = mapVdso(kernel, mm);
  if (noVdso) return noVdso;
  const unprepared = rewrites(kernel, task.kernelMode) ? prepareRewriting(kernel, mm) : 0;
  if (unprepared) return unprepared;
  let base = 0;
  let start = image.entry + bias;
  if (interpreter !== undefined && loader !== undefined) {
    base = loadBias(kernel, mm, interpreter, loader, 0);
    if (loader.relocatable && base < 0) return base;
    const refused = mapSegments(kernel, mm, interpreter, loader, base);
    if (refused) return refused;
    start = loader.entry + base;
  }
  if (start >= kernel.abi.taskSize || start < 0) return -EACCES;
  const facts = {
    headersAddress: image.headersAddress === 0 ? 0 : image.headersAddress + bias,
    headerBytes: image.headerBytes,
    headerCount: image.headerCount,
    base,
    entry: image.entry + bias,
    secure: task.cred.euid !== task.cred.uid || task.cred.egid !== task.cred.gid,
  };
  const { path, argv, envp } = request;
  const sp = buildStack(kernel, task, mm, path, argv, envp, facts, image.stack !== 'plain');
  return sp < 0 ? sp : start;
}

/** Set-user-id and set-group-id programs; the saved and file-system ids follow in any case. Linux 6.1 fs/exec.c: bprm_fill_uid */
function newCredentials(task: Task, request: Request): Task['cred'] {
  const cred = { ...task.cred };
  const { inode, path } = request.file;
  // A tracer without the privilege does not get hold of another user's program.
  const traced = task.tracing !== undefined && !capable(task.tracing.tracer.cred, CAP.sysPtrace);
  if (!(path.mount.flags & MNT_NOSUID) && !task.noNewPrivs && !traced) {
    if (inode.mode & S_ISUID) cred.euid = inode.uid;
    if ((inode.mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010)) cred.egid = inode.gid;
  }
  const changed = cred.euid !== cred.uid || cred.egid !== cred.gid;
  cred.suid = cred.fsuid = cred.euid;
  cred.sgid = cred.fsgid = cred.egid;
  cred.caps = capsAfterExec(cred, changed);
  return cred;
}

/** Whether whoever started the program may look into it: it acts for no other user, and its file can be read. Linux 6.1 fs/exec.c: begin_new_exec, would_dump */
function isDumpable(task: Task, request: Request): boolean {
  const { cred } = task;
  const same = cred.euid === cred.uid && cred.egid === cred.gid;
  return same && permission(cred, request.file.inode, MAY_READ) === 0;
}

/** The point of no return: the task is the new program from here on. */
function commit(kernel: Kernel, task: Task, mm: Mm, request: Request, start: ProgramStart): void {
  const old = task.mm;
  task.mm = mm;
  mm.exe = retainFile(request.file);
  mm.dumpable = isDumpable(task, request) ? 1 : 0;
  if (kernel.state.current === task) kernel.mmu.activate(mm.space);
  if (old !== undefined) releaseMm(kernel, old);
  const { group } = task;
  group.exe = pathString(kernel, request.file.path);
  group.argv = [...request.argv];
  group.environ = [...request.envp];
  const name = request.path.slice(request.path.lastIndexOf('/') + 1);
  task.comm = name.slice(0, COMM_LENGTH);
  if (task.kernelMode) setWork(kernel, task, TIF_KU);
  else clearWork(kernel, task, TIF_KU);
  if (mm.rewrite !== undefined) setWork(kernel, task, TIF_REWRITE);
  else clearWork(kernel, task, TIF_REWRITE);
  kernel.abi.flushThread(kernel, task);
  kernel.abi.startFrame(kernel, task, frameAddress(kernel, task), start);
  mirrorTask(kernel, task);
  if (kernel.state.current === task) kernel.abi.switchTo(kernel, task);
}
