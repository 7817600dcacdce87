import { programSuite } from './programs.ts';

programSuite('armhf', { user: 'all', kernel: 'some' });
