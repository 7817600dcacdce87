import { crossSuite } from './suite.ts';
import { MIPS } from './targets.ts';

crossSuite(MIPS);
