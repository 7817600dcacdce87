import { arm } from '@kml/arch-arm';
import { ia32 } from '@kml/arch-ia32';
import { mips, mipsel } from '@kml/arch-mips';
import { ppc } from '@kml/arch-ppc';
import type { ArchPlugin } from './plugin.ts';

/** The architectures of this repository; the first is the default. */
export const STANDARD_PLUGINS: readonly ArchPlugin[] = [ia32, arm, mips, mipsel, ppc];
