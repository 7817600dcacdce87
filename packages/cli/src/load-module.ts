import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Loads an ES module of the host. A start-up snapshot has no import() of its own; where Node can, require loads ES modules as well. */
export async function loadModule<Exports>(path: string): Promise<Exports> {
  if (process.features.require_module) return createRequire(path)(path);
  return import(pathToFileURL(path).href);
}
