import { pythonSuite } from './suite.ts';

pythonSuite('armhf', 'quick');
