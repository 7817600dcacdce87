import { floatSuite } from './cases.ts';

floatSuite('big', true);
