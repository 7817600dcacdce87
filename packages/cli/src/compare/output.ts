import { closeSync, openSync, writeFileSync } from 'node:fs';
import { Failure } from '../failure.ts';

/**
 * Opens what an option names, before the work begins whose result goes there: '-' is standard output,
 * undefined nothing. Answers what writes it, once. Throws Failure.
 */
export function openOutput(option: string, path: string | undefined): ((text: string) => void) | undefined {
  if (path === undefined) return undefined;
  if (path === '-') return (text) => void process.stdout.write(text);
  const refuse = (error: unknown): Failure =>
    new Failure(`${option} ${path}: ${(error as NodeJS.ErrnoException).code}`);
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch (error) {
    throw refuse(error);
  }
  return (text) => {
    try {
      writeFileSync(file, text);
      closeSync(file);
    } catch (error) {
      throw refuse(error);
    }
  };
}
