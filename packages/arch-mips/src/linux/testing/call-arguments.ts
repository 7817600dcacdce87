/** Code that puts 11 to 18 where a system call's arguments are, four of them on the stack, and marks registers that are kept. */
export const PUT_ARGUMENTS = `
${[15, 16, 17, 18].map((value, i) => `  li t0, ${value}\n  sw t0, ${16 + 4 * i}(sp)`).join('\n')}
  li a0, 11
  li a1, 12
  li a2, 13
  li a3, 14
  li s0, 100
  li fp, 101
  li gp, 102`;

/** What these registers have behind a call as behind a C function, and behind a trap. */
export const SAVED_REGISTERS = { s0: 100, fp: 101, gp: 102 };
export const KEPT_REGISTERS = { a0: 11, a1: 12, a2: 13, ...SAVED_REGISTERS };
