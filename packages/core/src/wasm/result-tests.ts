import { OP_NUMBER } from '../ir/ops.ts';
import type { ValueGraph } from './value-graph.ts';

const O = OP_NUMBER;

/** Operations of one floating-point format. */
interface Format {
  readonly add: number;
  readonly sub: number;
  readonly mul: number;
  readonly lt: number;
  readonly ne: number;
  readonly abs: number;
  /** Squares of so many products are multiplied at most: of more that are small, though far from tiny, nothing would be left. */
  readonly mostProducts: number;
}

const DOUBLES: Format = {
  ...{ add: O.addF64, sub: O.subF64, mul: O.mulF64, abs: O.absF64, lt: O.ltF64, ne: O.neF64 },
  mostProducts: 5,
};
const SINGLES: Format = {
  ...{ add: O.addF32, sub: O.subF32, mul: O.mulF32, abs: O.absF32, lt: O.ltF32, ne: O.neF32 },
  mostProducts: 2,
};

/**
 * A trap's condition that asks for results of floating-point operations: `number` is infinite or no number, or
 * `product` is so small that its square is nothing, and then for more.
 */
export interface ResultTest {
  readonly format: Format;
  readonly number: number;
  /** -1: the number alone is asked for. */
  readonly product: number;
  /** What exactly is wrong, to be asked where that is so. */
  readonly wrong: number;
}

/** The conditions known: ne(s - s, s - s), and andThen(eqz(lt(s - s, p * p)), …). */
export function resultTest(graph: ValueGraph, condition: number): ResultTest | undefined {
  return testOf(graph, DOUBLES, condition) ?? testOf(graph, SINGLES, condition);
}

function testOf(graph: ValueGraph, format: Format, condition: number): ResultTest | undefined {
  const { op, a, b } = graph;
  const first = a[condition]!;
  if (op[condition] === format.ne && first === b[condition]) {
    const number = twice(graph, format.sub, first);
    return number < 0 ? undefined : { format, number, product: -1, wrong: condition };
  }
  if (op[condition] !== O.andThen || op[first] !== O.eqz || op[a[first]!] !== format.lt) return undefined;
  const number = twice(graph, format.sub, a[a[first]!]!);
  const product = twice(graph, format.mul, b[a[first]!]!);
  if (number < 0 || product < 0 || !graph.isBoolean(condition)) return undefined;
  return { format, number, product, wrong: b[condition]! };
}

/** The value that an operation has for both its arguments; -1 if `value` is no such operation. */
function twice({ op, a, b }: ValueGraph, wanted: number, value: number): number {
  return op[value] === wanted && a[value] === b[value] ? a[value]! : -1;
}

/**
 * Conditions, one for each few products, of which one holds where one of the tests' does (all of one format). What is
 * infinite or no number makes the sum of all so, and the difference of that with itself no number; a product whose square
 * is nothing makes the product of all squares nothing, or no number. Each test's own condition is asked where
 * that says that something may be wrong: sums may overflow, and products of many squares be nothing, without.
 */
export function joinTests(graph: ValueGraph, tests: readonly ResultTest[]): readonly number[] {
  const { add, sub, mul, lt, ne, mostProducts } = tests[0]!.format;
  const pure = (op: number, a: number, b = -1): number => graph.pure(op, a, b, -1, 0);
  const total = lastNumbers(graph, tests).reduce((sum, number) => pure(add, sum, number));
  const nothing = pure(sub, total, total);
  const alone = tests.filter(({ product }) => product < 0);
  const products = tests.filter(({ product }) => product >= 0);
  if (products.length === 0) return [pure(O.andThen, pure(ne, nothing, nothing), anyOf(graph, alone))];
  const conditions: number[] = [];
  for (let at = 0; at < products.length; at += mostProducts) {
    const some = products.slice(at, at + mostProducts);
    const squares = some.map(({ product }) => pure(mul, product, product));
    const size = squares.reduce((all, square) => pure(mul, all, square));
    const asked = at === 0 ? [...some, ...alone] : some;
    conditions.push(pure(O.andThen, pure(O.eqz, pure(lt, nothing, size)), anyOf(graph, asked)));
  }
  return conditions;
}

/** Whether something is wrong with one of them: a balanced tree. */
function anyOf(graph: ValueGraph, tests: readonly ResultTest[]): number {
  if (tests.length === 1) return doubtOf(graph, tests[0]!);
  const half = tests.length >> 1;
  return graph.pure(O.or, anyOf(graph, tests.slice(0, half)), anyOf(graph, tests.slice(half)), -1, 0);
}

/** The test by itself: with a square of its own, so that the common one is not kept for what rarely runs. */
function doubtOf(graph: ValueGraph, { format, number, product, wrong }: ResultTest): number {
  if (product < 0) return wrong;
  const { sub, mul, lt, abs } = format;
  const pure = (op: number, a: number, b = -1): number => graph.pure(op, a, b, -1, 0);
  const size = pure(abs, product);
  const fine = pure(lt, pure(sub, number, number), pure(mul, size, size));
  return pure(O.andThen, pure(O.eqz, fine), wrong);
}

/** Operations whose result is infinite or no number where an argument is: how many of the arguments that holds for. */
const SPREADING: ReadonlyMap<number, 1 | 2> = new Map([
  ...[O.addF32, O.addF64, O.subF32, O.subF64, O.mulF32, O.mulF64].map((op) => [op, 2] as const),
  // What is divided by infinity is zero: that is its own result's test's to find.
  ...[O.divF32, O.divF64, O.negF32, O.negF64, O.absF32, O.absF64].map((op) => [op, 1] as const),
  ...[O.sqrtF32, O.sqrtF64].map((op) => [op, 1] as const),
]);

/** The numbers asked for that no other is made of, so that it would be infinite or none, too. */
function lastNumbers({ op, a, b }: ValueGraph, tests: readonly ResultTest[]): readonly number[] {
  const within = new Set<number>();
  const enter = (value: number): void => {
    const spread = SPREADING.get(op[value]!);
    for (const part of [a[value]!, b[value]!].slice(0, spread ?? 0)) {
      if (within.has(part)) continue;
      within.add(part);
      enter(part);
    }
  };
  const numbers = [...new Set(tests.map(({ number }) => number))];
  numbers.forEach(enter);
  return numbers.filter((number) => !within.has(number));
}
