// The groups of the table, and their targets: our time by QEMU user mode's, where nothing else is said.

/** Amounts of work are the programs' own defaults: about a second under QEMU. */
const INTEGER = ['sieve', 'dhrystone', 'coremark', 'sha256', 'sortree', 'lz', 'vmswitch', 'vmcalls'];
const FLOATING = ['nbody', 'matd', 'matf', 'mandelbrot', 'fft'];
const CALLS = ['getpid', 'pipe', 'signal', 'mmap', 'processes', 'threads'];
const EXECS = 250;

const cpuBound = (names) => names.map((name) => ({ name, guest: name, args: [] }));
const calls = (names, way) => names.map((name) => ({ name, guest: 'syscalls', args: [name, ...way] }));

/**
 * A group: `title`; `mean`: what its geometric mean must not exceed, `each`: what none of its programs may; `programs(arch)`:
 * each with the guest program to run and its arguments, and a target of its own, `most`, where it has one.
 * `kernelOptions`: what is told to KML in kernel mode. `modes`: where it is not measured in both.
 */
export const GROUPS = {
  integer: { title: 'integer', mean: 0.9, each: 1.3, programs: () => cpuBound(INTEGER) },
  float: {
    title: 'floating point',
    mean: 0.2,
    programs: (arch) => cpuBound(arch === 'ia32' ? FLOATING.map((name) => `${name}-sse2`) : FLOATING),
  },
  x87: {
    title: 'floating point by x87',
    mean: 0.6,
    programs: (arch) => (arch === 'ia32' ? cpuBound(FLOATING) : []),
  },
  syscalls: {
    title: 'system calls by the trap',
    each: 0.7,
    programs: () => calls(CALLS, []),
    // Else they would go the way of direct calls.
    kernelOptions: ['--recognise', 'off'],
  },
  direct: {
    title: 'system calls by direct call',
    modes: ['kernel'],
    programs: () => [
      { name: 'getpid', guest: 'syscalls', args: ['getpid'], ours: ['getpid', '-', 'direct'], most: 0.15 },
    ],
  },
  processes: {
    title: 'processes',
    programs: () => [
      { name: 'fork', guest: 'processes', args: ['fork'], most: 0.25 },
      { name: 'exec', guest: 'processes', args: ['exec', String(EXECS)], executes: 'true', most: 0.1 },
    ],
  },
  commands: { title: 'commands' },
  memory: { title: 'memory' },
  v86: { title: 'integer, against v86' },
};

export const GROUP_NAMES = Object.keys(GROUPS);

/** Seconds of CPU that a static `true` may take beyond Node's own start. */
export const MOST_FOR_TRUE = 0.15;
/** MiB of the host that bash, idle in a guest of 256 MiB, may take at most. */
export const MOST_MEMORY = 160;
/** How many times as fast as v86 we are to be. */
export const LEAST_OF_V86 = 4;
