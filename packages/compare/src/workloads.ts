import type { ComparisonMode, WorkloadGroup } from './comparison.ts';
import type { Workload } from './workload.ts';

/** A count as an argument, always as long: reading it must not take longer for 2 n than for n. */
function count(n: number): string {
  return String(n).padStart(9, '0');
}

/** A case of guest/src/workload.c. */
function small(
  group: WorkloadGroup,
  name: string,
  title: string,
  unit: string,
  iterations: number,
  calls: number,
  alwaysTrap = 0,
): Workload {
  const args = (n: number, mode: ComparisonMode): string[] => [name, count(n), mode];
  return { name, title, group, unit, program: 'workload', args, iterations, calls, alwaysTrap };
}

/** A program of guest/src/bench, which makes no calls to speak of. */
function bound(
  name: string,
  title: string,
  unit: string,
  iterations: number,
  args: (n: number) => string[] = (n) => [count(n)],
): Workload {
  return { name, title, group: 'cpu', unit, program: name, args, iterations, calls: 0 };
}

/** What the script does, again and again: two pipelines of five programs together. */
const SCRIPT = 'seq 50 | wc; echo one two | cat | wc';

/** The workloads that kml compare brings along, in the order in which it shows them. */
export const WORKLOADS: readonly Workload[] = [
  small('call', 'getpid', 'null system call (getpid)', 'call', 1000, 1),
  small('call', 'gettimeofday', 'gettimeofday, as a system call', 'call', 1000, 1),
  small('call', 'read1', 'read of 1 byte from a file (pread64)', 'call', 1000, 1),
  small('call', 'write1', 'write of 1 byte to a file (pwrite64)', 'call', 1000, 1),
  small('call', 'read8k', 'read of 8 KB from a file (pread64)', 'call', 200, 1),
  small('call', 'write8k', 'write of 8 KB to a file (pwrite64)', 'call', 200, 1),
  small('call', 'open', 'open and close of a file', 'pair of calls', 500, 2),
  small('call', 'stat', 'stat of a file (stat64)', 'call', 500, 1),
  small('call', 'signal', 'signal to itself, handled', 'signal', 500, 1, 1),
  small('process', 'pingpong', 'a byte there and back through two pipes', 'round trip', 200, 4),
  small('process', 'yield', 'two processes yield to each other (sched_yield)', 'round trip', 200, 2),
  small('process', 'fork', 'fork, exit and wait', 'process', 50, 3),
  { ...small('process', 'exec', 'fork, exec, exit and wait', 'program', 20, 4), programs: 1 },
  small('memory', 'pagefault', 'first touch of a page', 'page', 500, 0),
  small('memory', 'mmap', 'mmap and munmap of a page', 'pair of calls', 500, 2),
  small('memory', 'copy', 'copy of a 64 KB file, 4 KB at a time', 'copy', 20, 37),
  bound('sieve', 'sieve of Eratosthenes over a million flags', 'round', 1),
  bound('sha256', 'SHA-256 of 64 KB', 'round', 2),
  bound('quicksort', 'quicksort of 200,000 numbers', 'round', 1),
  bound('interp', 'a bytecode interpreter', '1000 steps', 1000),
  bound('fib', 'the 20th Fibonacci number by recursion', 'call', 20, (n) => ['20', count(n)]),
  bound('list', 'a walk through a linked list', '1000 steps', 1000),
  {
    name: 'script',
    title: 'a shell script: two pipelines of five programs',
    group: 'shell',
    unit: 'run',
    program: 'sh',
    args: (n) => ['-c', Array.from({ length: n }, () => SCRIPT).join(';')],
    iterations: 5,
    calls: 40,
    programs: 5,
  },
];
