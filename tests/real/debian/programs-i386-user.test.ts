import { programSuite } from './programs.ts';

programSuite('i386', 'user');
