import { StructWriter } from '../../../abi/struct.ts';
import type { Kernel } from '../../../kernel.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../numbers.ts';
import { type Attribute, attributeBytes, joined, type NetlinkAnswer } from './message.ts';

const RTM_NEWRULE = 32;
/** Look the route up in a table. */
const FR_ACT_TO_TBL = 1;
const FRA_PRIORITY = 6;
const FRA_TABLE = 15;
const FRA_PROTOCOL = 21;
const RTPROT_KERNEL = 2;

/** Priority and table of the rules that are there from the start; IPv6 has no table `default`. Linux: fib_default_rules_init */
const RULES: readonly (readonly [family: number, priority: number, table: number])[] = [
  [AF_INET, 0, 255],
  [AF_INET, 32_766, 254],
  [AF_INET, 32_767, 253],
  [AF_INET6, 0, 255],
  [AF_INET6, 32_766, 254],
];

/** Which tables routes are looked up in, in order. Linux 6.1 net/core/fib_rules.c: fib_nl_fill_rule */
export function rules(kernel: Kernel, family: number): NetlinkAnswer[] {
  const word = (value: number): Uint8Array => new StructWriter(kernel, 4).u32(value).bytes;
  return RULES.filter(([own]) => family === AF_UNSPEC || family === own).map(([own, priority, table]) => {
    const header = new StructWriter(kernel, 12).u8(own).at(4).u8(table).at(7).u8(FR_ACT_TO_TBL).bytes;
    const attributes: Attribute[] = [
      [FRA_TABLE, word(table)],
      [FRA_PROTOCOL, Uint8Array.of(RTPROT_KERNEL)],
      [FRA_PRIORITY, word(priority)],
    ];
    return { type: RTM_NEWRULE, body: joined([header, attributeBytes(kernel, attributes)]) };
  });
}
