import { floatSuite } from './cases.ts';

floatSuite('little', true);
