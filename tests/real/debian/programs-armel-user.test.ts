import { programSuite } from './programs.ts';

programSuite('armel', 'user');
