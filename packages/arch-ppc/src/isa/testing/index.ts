export type { Row } from '../decode/row.ts';
export { rows } from '../tables/index.ts';
