import { crossSuite } from './suite.ts';
import { PPC } from './targets.ts';

crossSuite(PPC);
