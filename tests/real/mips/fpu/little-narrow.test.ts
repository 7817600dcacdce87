import { floatSuite } from './cases.ts';

floatSuite('little', false);
