/**
 * Debug registers as a tracer sets them: instruction breakpoints and watched data. The CPU here takes
 * no debug exceptions but single steps, so a task with breakpoints is stepped by the kernel, which looks
 * after each instruction whether one was hit: watched data by whether it changed.
 * Linux 6.1 arch/x86/kernel/ptrace.c: ptrace_set_debugreg; arch/x86/kernel/traps.c: exc_debug_user
 */
import { type Kernel, readWord, type Task } from '@kml/kernel';
import { TASK_SIZE } from './layout.ts';

/** Task.arch.debug: DR0 to DR7, and what is at the watched places. */
interface DebugState {
  registers: number[];
  values: (number | undefined)[];
}

const [DR6, DR7] = [6, 7] as const;
/** DR6: always set; a single step. SDM vol. 3, 18.2.3 */
const DR6_FIXED = 0xffff_0ff0;
const DR6_STEP = 0x4000;
const ENABLES = 0xff;
/** Kinds of breakpoint in DR7: execution, writes, I/O (not for tracers), reads and writes. */
const [EXECUTE, IO] = [0, 2] as const;
const BREAKPOINTS = [0, 1, 2, 3] as const;

function stateOf(task: Task): DebugState | undefined {
  return task.arch.debug as DebugState | undefined;
}

/** Whether a breakpoint is enabled, its kind, and bits of the bytes it covers. */
function breakpoint(control: number, n: number): { enabled: boolean; kind: number; bytes: number } {
  const field = (control >>> (16 + 4 * n)) & 0xf;
  return { enabled: ((control >>> (2 * n)) & 3) !== 0, kind: field & 3, bytes: (field >>> 2) + 1 };
}

export function debugRegister(task: Task, n: number): number {
  return stateOf(task)?.registers[n] ?? 0;
}

/** Sets one; false for what the processor or the kernel does not take. */
export function setDebugRegister(kernel: Kernel, task: Task, n: number, value: number): boolean {
  if (n === 4 || n === 5) return false;
  if (n < 4 && value >>> 0 >= TASK_SIZE - 3) return false;
  if (n === DR7 && !isControl(value)) return false;
  const state = stateOf(task) ?? { registers: new Array<number>(8).fill(0), values: [] };
  state.registers[n] = value;
  task.arch.debug = state;
  noteValues(kernel, task);
  if (task.tracing !== undefined) task.tracing.watching = isWatching(task);
  return true;
}

function isControl(control: number): boolean {
  return BREAKPOINTS.every((n) => {
    const { enabled, kind, bytes } = breakpoint(control, n);
    if (!enabled) return true;
    return kind !== IO && bytes !== 3 && (kind !== EXECUTE || bytes === 1);
  });
}

/** Whether any breakpoint is enabled: the task is to be stepped. */
export function isWatching(task: Task): boolean {
  return (debugRegister(task, DR7) & ENABLES) !== 0;
}

/** No breakpoints: a new task, a new program, the tracer gone. */
export function clearDebugRegisters(task: Task): void {
  if (task.arch.debug !== undefined) delete task.arch.debug;
}

/** Remembers what is at the watched places now: what the kernel writes there is no hit. */
export function noteValues(kernel: Kernel, task: Task): void {
  const state = stateOf(task);
  if (state === undefined) return;
  for (const n of BREAKPOINTS) state.values[n] = watchedValue(kernel, task, state, n);
}

/** The bytes at a watched place, or undefined where there is none. */
function watchedValue(kernel: Kernel, task: Task, state: DebugState, n: number): number | undefined {
  const { enabled, kind, bytes } = breakpoint(state.registers[DR7]!, n);
  if (!enabled || kind === EXECUTE) return undefined;
  const word = readWord(kernel, task, state.registers[n]! >>> 0);
  return word === undefined || bytes === 4 ? word : word & ((1 << (8 * bytes)) - 1);
}

/** After an instruction, with pc at the next: DR6's bits of the breakpoints that were hit. `step`: the tracer steps. */
export function hitBreakpoints(kernel: Kernel, task: Task, pc: number, step: boolean): number {
  const state = stateOf(task)!;
  let hits = 0;
  for (const n of BREAKPOINTS) {
    const { enabled, kind } = breakpoint(state.registers[DR7]!, n);
    if (!enabled) continue;
    if (kind === EXECUTE) {
      if (state.registers[n]! >>> 0 === pc >>> 0) hits |= 1 << n;
      continue;
    }
    const value = watchedValue(kernel, task, state, n);
    if (value !== state.values[n]) hits |= 1 << n;
    state.values[n] = value;
  }
  if (hits !== 0 || step) state.registers[DR6] = DR6_FIXED | hits | (step ? DR6_STEP : 0);
  return hits;
}
