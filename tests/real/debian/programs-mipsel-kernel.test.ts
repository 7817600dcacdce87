import { programSuite } from './programs.ts';

programSuite('mipsel', 'kernel');
