import { programSuite } from './programs.ts';

programSuite('armel', 'kernel');
