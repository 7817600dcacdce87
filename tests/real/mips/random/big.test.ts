import { integerSuite } from './cases.ts';

integerSuite('big');
