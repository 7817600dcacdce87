import { pythonSuite } from '../real/python/suite.ts';

pythonSuite(['i386', 'armhf'], 'all');
