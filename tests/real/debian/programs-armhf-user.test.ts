import { programSuite } from './programs.ts';

programSuite('armhf', 'user');
