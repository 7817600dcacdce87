import { stressSuite } from './suite.ts';

stressSuite('armhf', 'kernel', 'few');
