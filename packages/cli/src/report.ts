import { fileURLToPath } from 'node:url';
import { loadModule } from './load-module.ts';

/**
 * The report package, from the bundle of its own that the build leaves beside this one: what draws
 * charts is as large as the rest of kml, and loaded only when it is needed.
 */
export function loadReport(): Promise<typeof import('@kml/report')> {
  return loadModule(fileURLToPath(new URL('report.mjs', import.meta.url)));
}
