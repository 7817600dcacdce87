import { integerSuite } from './cases.ts';

integerSuite('little');
