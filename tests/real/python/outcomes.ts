/** How a case ended. `unfinished`: it began and no outcome came, so it hung or ended the process. */
export interface Outcome {
  readonly kind: 'ok' | 'skip' | 'fail' | 'unfinished';
  /** Reason of a skip, or the last line of a failure's traceback. */
  readonly detail: string;
}

/** Outcomes by ID, module by module; a module that was not run to its end is missing in `done`. */
export interface Outcomes {
  readonly cases: ReadonlyMap<string, Outcome>;
  readonly done: ReadonlySet<string>;
}

/** Reads what cases.py prints. */
export function readOutcomes(lines: string): Outcomes {
  const cases = new Map<string, Outcome>();
  const done = new Set<string>();
  for (const line of lines.split('\n')) {
    const [kind, rest = ''] = splitAt(line, ' ');
    if (kind === 'start') cases.set(rest, { kind: 'unfinished', detail: '' });
    if (kind === 'done') done.add(rest.split(' ')[0]!);
    if (kind !== 'ok' && kind !== 'skip' && kind !== 'fail') continue;
    const [id, detail = ''] = splitAt(rest, ': ');
    cases.set(id, { kind, detail });
  }
  return { cases, done };
}

function splitAt(text: string, separator: string): [before: string, after?: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Outcomes of one module's cases. */
export function ofModule(outcomes: Outcomes, module: string): ReadonlyMap<string, Outcome> {
  return new Map([...outcomes.cases].filter(([id]) => id === module || id.startsWith(`${module}.`)));
}

/**
 * What a machine does worse than the host: cases that end well there and not here, or are skipped here
 * only. What fails or is skipped on the host is allowed to do so here, and may do better.
 */
export function worseThan(
  host: ReadonlyMap<string, Outcome>,
  here: ReadonlyMap<string, Outcome>,
): Record<string, string> {
  const worse: Record<string, string> = {};
  const text = (outcome: Outcome | undefined): string =>
    outcome === undefined ? 'not run' : `${outcome.kind}: ${outcome.detail}`;
  for (const [id, known] of host) {
    const outcome = here.get(id);
    const bad = known.kind === 'ok' ? outcome?.kind !== 'ok' : outcome === undefined || isBad(outcome);
    if (bad && known.kind !== 'fail' && known.kind !== 'unfinished') worse[id] = text(outcome);
  }
  for (const [id, outcome] of here) if (!host.has(id) && isBad(outcome)) worse[id] = text(outcome);
  return worse;
}

function isBad({ kind }: Outcome): boolean {
  return kind === 'fail' || kind === 'unfinished';
}
