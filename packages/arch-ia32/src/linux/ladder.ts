/**
 * Page 0 of a process whose traps are rewritten: `call *%eax` goes to the address that is the number of a
 * call, and from each address of the page the code leads to the gate in kernel text, in a few jumps.
 *
 * At even addresses stands `EB d`, a jump. Each d is also the code of a prefix that means nothing in front
 * of a jump, so that an odd address is a prefix before the next jump. Which d stands where is worked out
 * backwards from the exit, by fewest jumps.
 *
 * The exit is `E9 rel32` at an odd address, with a prefix in front of it. Numbers that are addresses within
 * it are no calls'; kernel text has its gate where the bytes of rel32 make them harmless, too: they are
 * instructions that change nothing but EAX, to another number that is no call's, and the flags.
 */
import { NR_SYSCALLS } from './entry/constants.ts';
import { entryLabel } from './entry/kernel-text.ts';

const PAGE = 4096;
const JMP_SHORT = 0xeb;
const JMP_NEAR = 0xe9;
const DS_PREFIX = 0x3e;
/** Segment prefixes, REPNE and REP: without meaning before a jump. As displacements 38, 46, 54, 62, 100, 101, -14, -13. */
const PREFIXES = [0x64, 0x65, 0x3e, 0x36, 0x2e, 0x26, 0xf2, 0xf3] as const;
/** CLC, STC, CMC, NOP: may stand in the first byte of rel32 besides. */
const HARMLESS: ReadonlySet<number> = new Set([...PREFIXES, 0xf8, 0xf9, 0xf5, 0x90]);
/** CMP EAX, imm32, which takes the two bytes behind it and the two of AFTER_EXIT. */
const CMP_EAX = 0x3d;
/** In kernel addresses: ADC AL, AL. */
const UPPER = 0xc010;
/** Behind the exit: with the C0 before it SHL DL, 64, which shifts by 0; alone REPNE INC EAX, or INC EAX. */
const AFTER_EXIT = [0xf2, 0x40] as const;
/** INC and ADC make other numbers of these, which must be no call's either. */
const FIRST_EXIT = 0x200;

/** Where the exit's opcode stands. Throws Error where kernel text lies so that there is no place. */
function exitPlace(gate: number): number {
  for (let exit = Math.max(FIRST_EXIT, NR_SYSCALLS) | 1; exit < PAGE / 2; exit += 2) {
    const distance = (gate - (exit + 5)) >>> 0;
    const harmless = HARMLESS.has(distance & 0xff) && ((distance >>> 8) & 0xff) === CMP_EAX;
    if (harmless && distance >>> 16 === UPPER) return exit;
  }
  throw new Error('the gate lies where no exit from page 0 can lead to it');
}

/** The displacement at each even address: by breadth first from the exit. */
function displacements(exit: number, behind: number): Map<number, number> {
  const chosen = new Map<number, number>();
  let reached = [exit - 1];
  while (reached.length > 0) {
    const next: number[] = [];
    for (const target of reached) {
      for (const prefix of PREFIXES) {
        // An odd place is the prefix before the even one, but what lies there behind the exit.
        const shift = ((prefix << 24) >> 24) + 2;
        if (shift & 1 && target === behind) continue;
        const from = target - shift - (shift & 1);
        const isPlace = from >= 0 && from < PAGE && (from < exit - 1 || from >= behind);
        if (!isPlace || chosen.has(from)) continue;
        chosen.set(from, prefix);
        next.push(from);
      }
    }
    reached = next;
  }
  return chosen;
}

/** The page's content. */
export function ladder(): Uint8Array {
  const page = new Uint8Array(PAGE);
  const gate = entryLabel('kml_gate');
  const exit = exitPlace(gate);
  const behind = exit + 5 + AFTER_EXIT.length;
  page[exit - 1] = DS_PREFIX;
  page[exit] = JMP_NEAR;
  new DataView(page.buffer).setInt32(exit + 1, (gate - (exit + 5)) | 0, true);
  page.set(AFTER_EXIT, exit + 5);
  for (const [at, displacement] of displacements(exit, behind)) {
    page[at] = JMP_SHORT;
    page[at + 1] = displacement;
  }
  return page;
}
