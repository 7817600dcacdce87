import { ia32 } from '@kml/arch-ia32';
import type { ArchPlugin } from '@kml/machine';

/** A plugin as one outside this repository would be: IA-32 under another name. */
const plugin: ArchPlugin = { ...ia32, name: 'ia32-again' };
export default plugin;
