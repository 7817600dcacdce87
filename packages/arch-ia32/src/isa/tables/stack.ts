import { type Row, row } from '../decode/row.ts';
import { enter, leave, pop, popa, push, pusha, pushf, pushSegment } from '../lift/stack.ts';

const selector = { test: { skip: "stores the host kernel's selectors" } };

/** Stack instructions that need no privilege; POPF and POP of segment registers are in system.ts. */
export const stackRows: readonly Row[] = [
  row('50+rd', 'push', 'Zv', 'push', push),
  row('58+rd', 'pop', 'Zv', 'pop', pop),
  row('68 iz', 'push', 'Iz', 'push', push),
  row('6A ib', 'push', 'Isb', 'push', push),
  row('FF /6', 'push', 'Ev', 'push', push),
  row('8F /0', 'pop', 'Ev', 'pop', pop),
  row('06', 'push', 'ES', 'push', pushSegment, selector),
  row('0E', 'push', 'CS', 'push', pushSegment, selector),
  row('16', 'push', 'SS', 'push', pushSegment, selector),
  row('1E', 'push', 'DS', 'push', pushSegment, selector),
  row('0F A0', 'push', 'FS', 'push', pushSegment, selector),
  row('0F A8', 'push', 'GS', 'push', pushSegment, selector),
  row('60', 'pushaw|pusha', '', 'pushAll', pusha, { section: 'PUSHA/PUSHAD' }),
  row('61', 'popaw|popa', '', 'pushAll', popa, { section: 'POPA/POPAD' }),
  row('9C', 'pushfw|pushf', '', 'pushFlags', pushf, { section: 'PUSHF/PUSHFD/PUSHFQ' }),
  row('C8 iw ib', 'enter', 'Iw,Ib', 'enter', enter),
  row('C9', 'leavew|leave', '', 'pop', leave),
];
