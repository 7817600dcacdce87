import { pythonSuite } from './suite.ts';

pythonSuite(['i386', 'armhf'], 'quick');
