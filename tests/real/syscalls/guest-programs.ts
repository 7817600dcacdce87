import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A C program that tests system calls. */
export interface GuestProgram {
  readonly name: string;
  readonly source: string;
  /** The calls it tests, as IA-32's table names them; a run there must make each one. */
  readonly calls: readonly string[];
  /** The architectures it is for; undefined: all. */
  readonly only: readonly string[] | undefined;
  /**
   * What it prints, where it cannot run on the host (it sets the clock, say): the file beside it with
   * the extension `.out`.
   */
  readonly expected: string | undefined;
}

/**
 * The programs of this directory. Each says in C comments at the beginning of a line which calls it
 * tests (`Calls: semget semctl`) and, if not on all, on which architectures it runs (`Only: ia32`).
 */
export function guestPrograms(): GuestProgram[] {
  const names = readdirSync(import.meta.dirname);
  const sources = names.filter((name) => name.endsWith('.c')).sort();
  return sources.map((file) => {
    const name = file.slice(0, -2);
    const source = join(import.meta.dirname, file);
    const text = readFileSync(source, 'utf8');
    const expected = names.includes(`${name}.out`)
      ? readFileSync(join(import.meta.dirname, `${name}.out`), 'utf8')
      : undefined;
    return { name, source, calls: words(text, 'Calls') ?? [], only: words(text, 'Only'), expected };
  });
}

/** The words of the comment that begins with `label:`. */
function words(text: string, label: string): string[] | undefined {
  const comment = new RegExp(`^/\\* ${label}:([^*]*)\\*/`, 'm').exec(text);
  return comment?.[1]?.split(/\s+/).filter((word) => word !== '');
}

/** The names of the programs that test a call, by the call's name. */
export function programsByCall(): Map<string, string[]> {
  const byCall = new Map<string, string[]>();
  for (const { name, calls } of guestPrograms()) {
    for (const call of calls) byCall.set(call, [...(byCall.get(call) ?? []), name]);
  }
  return byCall;
}
