import { stressSuite } from './suite.ts';

stressSuite('i386', 'user', 'ops');
