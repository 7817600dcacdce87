import { stressSuite } from './suite.ts';

stressSuite('armhf', 'user', 'few');
