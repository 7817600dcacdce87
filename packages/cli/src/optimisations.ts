import {
  findOptimisation,
  OPTIMISATION_NAMES,
  type OptimisationName,
  optimisationLabel,
  optimisationMeaning,
} from '@kml/machine';
import { InvalidArgumentError } from 'commander';

/** The engine's optimisations, a line each. */
export function listOptimisations(): string {
  const width = Math.max(...OPTIMISATION_NAMES.map((name) => optimisationLabel(name).length));
  return OPTIMISATION_NAMES.map(
    (name) => `${optimisationLabel(name).padEnd(width)}  ${optimisationMeaning(name)}\n`,
  ).join('');
}

/** An optimisation's name, gathered. 'help' lists them, as --help does, and ends the process. */
export function parseOptimisation(text: string, before: OptimisationName[] = []): OptimisationName[] {
  if (text === 'help') {
    process.stdout.write(listOptimisations());
    process.exit(0);
  }
  const name = findOptimisation(text);
  if (name === undefined) {
    throw new InvalidArgumentError(`There is no optimisation '${text}'; --without help lists them.`);
  }
  return [...before, name];
}
