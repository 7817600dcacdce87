import { expect, test } from 'vitest';
import {
  ALL_OPTIMISATIONS,
  findOptimisation,
  liftKey,
  OPTIMISATION_NAMES,
  optimisationLabel,
  optimisationMeaning,
  optimisationsWithout,
} from './optimisations.ts';

test('each is off where it is named, and only there', () => {
  for (const name of OPTIMISATION_NAMES) {
    expect(optimisationsWithout([name])).toEqual({ ...ALL_OPTIMISATIONS, [name]: false });
  }
  expect(Object.values(ALL_OPTIMISATIONS)).not.toContain(false);
});

test('each is found by its label, and says in one line what it is', () => {
  for (const name of OPTIMISATION_NAMES) {
    expect(optimisationLabel(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(findOptimisation(optimisationLabel(name))).toBe(name);
    expect(optimisationMeaning(name)).toMatch(/^[^\n]{10,120}$/);
  }
  expect(findOptimisation('nosuch')).toBeUndefined();
});

test('stored code has another name only where lifted code differs', () => {
  expect(liftKey(ALL_OPTIMISATIONS)).toBe('');
  expect(liftKey(optimisationsWithout(['links', 'translation']))).toBe('');
});
