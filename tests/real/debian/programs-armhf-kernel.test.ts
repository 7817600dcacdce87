import { programSuite } from './programs.ts';

programSuite('armhf', 'kernel');
