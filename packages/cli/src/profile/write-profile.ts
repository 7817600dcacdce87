import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Profile } from '@kml/machine';
import { BUILD } from '../build.ts';
import { Failure } from '../failure.ts';
import { flameGraph } from './flame-graph.ts';
import { folded } from './folded.ts';
import { speedscope } from './speedscope.ts';

/** Forms of a profile by the file's extension. */
const FORMS: Readonly<Record<string, (profile: Profile, name: string) => string>> = {
  '.json': (profile, name) => `${JSON.stringify(speedscope(profile, name, BUILD))}\n`,
  '.folded': folded,
  '.svg': flameGraph,
};

/** Throws Failure for a file name that tells no form: early, before anything has run. */
export function checkProfileFile(path: string): void {
  if (FORMS[extname(path)] === undefined) {
    throw new Failure(`--profile ${path}: the name must end in ${Object.keys(FORMS).join(', ')}`, 125);
  }
}

/** Writes the profile in the form that the file's extension names. Throws Failure. */
export function writeProfile(path: string, profile: Profile, name: string): void {
  try {
    writeFileSync(path, FORMS[extname(path)]!(profile, name));
  } catch (error) {
    throw new Failure(`--profile ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
