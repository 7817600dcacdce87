import { stressSuite } from './suite.ts';

stressSuite('mipsel', 'user', 'few');
