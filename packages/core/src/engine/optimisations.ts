/**
 * The optimisations that can be switched off, one by one: to measure what each gives, and to find out whether
 * one is at fault. Whoever has one reads a boolean that is fixed when the machine is made. Nothing the
 * guest sees, and no count, depends on them.
 */

interface OptimisationEntry {
  /** One line, for `--without help`. */
  readonly meaning: string;
  /** Lifted code differs without it, so that code kept between runs is kept apart. */
  readonly changesLift?: true;
}

const TABLE = {
  translation: { meaning: 'hot code is translated to WebAssembly, not interpreted' },
  storedCode: { meaning: 'lifted code is kept between runs' },
  readAhead: { meaning: 'with a kept block those are entered that the last run wanted next' },
  keptTranslations: { meaning: 'translated code is kept between runs, too' },
  hostCode: { meaning: "the host's machine code of translations is kept between runs, too" },
  wholeBlocks: {
    meaning: "with the host's clock, a piece of a run ends where a block does, not within it",
  },
  chaining: { meaning: 'the interpreter goes from block to block by itself, in WebAssembly' },
  slotOperands: {
    meaning: 'the interpreter computes on slots where they lie, and sets several at once',
    changesLift: true,
  },
  regions: { meaning: 'a translated function holds all blocks that jumps reach, with structured control flow' },
  splitLoops: {
    meaning: 'loops that are entered at several places are split, so that their control flow is structured',
  },
  nestedLoops: { meaning: 'loops that share their head are told apart' },
  unrolledLoops: { meaning: 'turns of small loops are laid out one behind the other' },
  shortLoops: { meaning: 'of loops of few instructions twice as many turns are laid out (unrolled-loops)' },
  loopExits: { meaning: 'what follows a loop stands behind it, not in it' },
  jumpTables: { meaning: 'a computed jump with many known targets is a table, not comparisons' },
  links: { meaning: 'calls and jumps to known addresses go by a link, not by the look-up' },
  typedTable: { meaning: 'the table of translated functions has a type and size that calls need not check' },
  clockInCalls: { meaning: 'the clock goes along calls between translated functions, not through memory' },
  inlineCalls: { meaning: 'small callees stand in line in the function that calls them' },
  inlineEntry: {
    meaning: "the kernel's entry code stands in line in what calls it without a trap",
  },
  nesting: { meaning: 'what a translated function calls runs within its call where it is not translated or leaves' },
  trapsInPlace: {
    meaning: 'traps and system instructions are done within translated code, which is not left for them',
  },
  faultsInPlace: {
    meaning: 'a page that translated code leaves for is translated, or its fault delivered, without the interpreter',
  },
  onwardDispatch: {
    meaning: 'translated code goes on by itself behind a trap that came back, and where a fault was delivered',
  },
  inlineTraps: {
    meaning: 'system-call traps and returns from them are lifted to IR, not done by routines of the host',
    changesLift: true,
  },
  steadyAnswers: {
    meaning:
      'calls that read a word of the kernel (getpid) are answered in translated code while the kernel has not run',
  },
  deferredFlags: { meaning: 'flags are computed only where someone looks' },
  mergedCharges: {
    meaning:
      'the clock is advanced, and entry cycles are, once a turn of a loop, and where ways meet, not in each block',
  },
  namedRecords: {
    meaning: 'what flags are computed from is named at the exits that need it, where constants or registers hold it',
  },
  folding: { meaning: 'constants are folded and operations simplified' },
  deadWrites: { meaning: 'registers that are written again before anyone looks are not written' },
  hostFusion: { meaning: 'fused multiply-add is one operation of a host that has one', changesLift: true },
  carriedSlots: { meaning: 'a loop does not carry registers for its exits only where it carries many' },
  nativeFp: {
    meaning:
      "IA-32: floating point is lifted to the host's operations or integer arithmetic, not done by host routines",
    changesLift: true,
  },
  floatRanges: {
    meaning:
      "IA-32: SSE operations are not checked one by one where their operands' sizes say what they can be, or all at once",
    changesLift: true,
  },
  laneSlots: { meaning: 'vector registers that code uses by lanes are kept as lanes' },
  addressReuse: { meaning: 'an address that a block accesses again is translated once' },
  joinedBlocks: {
    meaning: 'blocks that follow each other alone are one; returns in line that are known to come back are jumps',
  },
  forwardedLoads: { meaning: 'what a block loaded or stored is not loaded again from the same place' },
  sharedLookUps: { meaning: 'accesses of a block off one base share a look-up where they lie in one page' },
  carriedChecks: { meaning: 'a block does not trap for what the only way to it has asked about' },
  gatheredChecks: {
    meaning: 'results of several floating-point operations are asked about at once, at the first of them',
  },
  carriedLookUps: {
    meaning: 'accesses off one base share a look-up in blocks, too, that follow each other in a loop (shared-look-ups)',
  },
  mergedAlignment: {
    meaning: "a trap on an address's lowest bits and the test that an access stays in its page are one test",
  },
  guessedPages: { meaning: 'loads that wait for each other take the address of the last page before it is looked up' },
  accessRuns: { meaning: 'the words of a register list are translated together' },
  branchHints: { meaning: "the host's compiler is told which branches are seldom taken" },
  unalignedWords: { meaning: 'unaligned words of big-endian memory are accessed in line' },
} as const satisfies Readonly<Record<string, OptimisationEntry>>;

/** An optimisation, as code has it; on the command line it has hyphens (optimisationLabel). */
export type OptimisationName = keyof typeof TABLE;

/** Which optimisations are on. */
export type Optimisations = { readonly [name in OptimisationName]: boolean };

/** All of them, in the order of the table. */
export const OPTIMISATION_NAMES = Object.keys(TABLE) as readonly OptimisationName[];

/** All on but these. */
export function optimisationsWithout(off: readonly OptimisationName[]): Optimisations {
  return Object.fromEntries(OPTIMISATION_NAMES.map((name) => [name, !off.includes(name)])) as Optimisations;
}

export const ALL_OPTIMISATIONS: Optimisations = optimisationsWithout([]);

/** What it does, in one line. */
export function optimisationMeaning(name: OptimisationName): string {
  return TABLE[name].meaning;
}

/** Its name on the command line: 'jump-tables'. */
export function optimisationLabel(name: OptimisationName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The optimisation with this label; undefined if there is none. */
export function findOptimisation(label: string): OptimisationName | undefined {
  return OPTIMISATION_NAMES.find((name) => optimisationLabel(name) === label);
}

/** What names stored code made with these: '' where all are on that change lifted code. */
export function liftKey(on: Optimisations): string {
  const entries: Readonly<Record<string, OptimisationEntry>> = TABLE;
  return OPTIMISATION_NAMES.filter((name) => entries[name]!.changesLift && !on[name])
    .map((name) => `-no-${optimisationLabel(name)}`)
    .join('');
}

/** What names kept translations made with these, beside liftKey: '' where all are on. */
export function translationKey(on: Optimisations): string {
  return OPTIMISATION_NAMES.filter((name) => !on[name])
    .map((name) => `-no-${optimisationLabel(name)}`)
    .join('');
}
