import { stressSuite } from './suite.ts';

stressSuite('mipsel', 'kernel', 'few');
