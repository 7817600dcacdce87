import { describe } from 'vitest';
import { floatSuite } from './cases.ts';

describe('32 registers', () => floatSuite('big', true, true));
describe('pairs', () => floatSuite('little', false, true));
