import { PAGE_SIZE, TABLE_SUPERVISOR, TABLE_WRITE } from '../memory/memory-map.ts';
import { type CodeWriter, OPCODE, CodeWriter as Writer } from './encoder.ts';
import type { LocalPool } from './locals.ts';

/** What an access needs of the exit it may take. */
export interface AccessExit {
  readonly site: number;
  /** Label depth of the exit. */
  readonly depth: number;
  /** Local that holds the translation word to be expected (see PageLookup.newGuess); undefined where none is. */
  readonly guess?: number | undefined;
  /** What the address must be a multiple of, beside what the access itself needs: else it leaves. Not in word-swapped memory. */
  readonly multiple?: number | undefined;
  /** The address is a multiple of the access's size. */
  readonly aligned?: boolean;
}

/** Pushes a guest address, as often as it is called. */
export type AddressPusher = () => CodeWriter;

/** How an access must lie within its page for the fast way: in word-swapped memory, and where what is unaligned faults. */
interface Layout {
  readonly bigEndian: boolean;
  readonly aligned: boolean;
}

/**
 * Emits the translation of guest addresses: the page's translation word, a branch to the exit if there is
 * none or if the access would leave the page. Two branches, never one on both tests OR-ed (measured dearer).
 */
export class PageLookup {
  /** What is to stand at the region's start: the guesses' first values. */
  readonly prologue: CodeWriter = new Writer(32);
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;
  private readonly tablesLocal: number;
  private readonly tableOffset: number;
  private readonly layout: Layout;

  constructor(code: CodeWriter, locals: LocalPool, tablesLocal: number, supervisor: boolean, layout: Layout) {
    this.code = code;
    this.locals = locals;
    this.tablesLocal = tablesLocal;
    this.tableOffset = supervisor ? TABLE_SUPERVISOR : 0;
    this.layout = layout;
  }

  /** Whether an access may ask for its instruction's alignment (AccessExit.multiple). */
  get takesMultiples(): boolean {
    return !this.layout.bigEndian && !this.layout.aligned;
  }

  /** A local for an access that guesses its page's translation word: the last one that was not as guessed. */
  newGuess(): number {
    const local = this.locals.fresh('i32');
    this.prologue.i32Const(NO_WORD).set(local);
    return local;
  }

  /** Puts address + word on the stack, or leaves. */
  translate(
    pushAddress: AddressPusher,
    bytes: number,
    write: boolean,
    exit: AccessExit,
    tables = this.tableOffset,
  ): void {
    const { code } = this;
    const word = this.locals.allocate('i32');
    code.i32Const(exit.site);
    this.pushWord(pushAddress, write, tables);
    code.tee(word);
    if (exit.guess === undefined) code.op(O_EQZ).brIfRarely(exit.depth);
    else this.compareGuess(word, exit.guess, exit);
    if (!exit.aligned) this.checkExtent(pushAddress, bytes, exit);
    code.byte(OPCODE.drop);
    pushAddress()
      .get(exit.guess ?? word)
      .op(O_ADD);
    this.locals.release(word);
  }

  /** Offset of the tables of an access in a set: the region's, or those of supervisor rights. */
  tablesFor(supervisor: boolean): number {
    return supervisor ? TABLE_SUPERVISOR : this.tableOffset;
  }

  /** The page's translation word. */
  pushWord(pushAddress: AddressPusher, write: boolean, tables = this.tableOffset): void {
    pushAddress().i32Const(12).op(O_SHR_U).i32Const(2).op(O_SHL).get(this.tablesLocal).op(O_ADD);
    this.code.memory(OPCODE.i32Load, 2, tables + (write ? TABLE_WRITE : 0));
  }

  /** Leaves if the access crosses a page. */
  checkPage(pushAddress: AddressPusher, bytes: number, depth: number): void {
    pushAddress()
      .i32Const(PAGE_SIZE - 1)
      .op(O_AND)
      .i32Const(PAGE_SIZE - bytes)
      .op(O_GT_U)
      .brIfRarely(depth);
  }

  /**
   * Makes the guess right; leaves if there is no translation. Where it was right the access need not wait for
   * the word: the host predicts the branch and takes the address from the guess.
   */
  private compareGuess(word: number, guess: number, exit: AccessExit): void {
    const { code } = this;
    code.get(guess).op(O_NE).ifRarely();
    code
      .i32Const(exit.site)
      .get(word)
      .op(O_EQZ)
      .brIfRarely(exit.depth + 1);
    code.byte(OPCODE.drop).get(word).set(guess).end();
  }

  /**
   * Leaves if the address is no multiple, or the access crosses a page. What is a multiple of its own size crosses none;
   * only where it is not both are asked.
   */
  private checkMultiple(
    pushAddress: AddressPusher,
    bytes: number,
    { site, depth }: AccessExit,
    multiple: number,
  ): void {
    const { code } = this;
    const pushRest = (size: number): CodeWriter =>
      pushAddress()
        .i32Const(size - 1)
        .op(O_AND);
    if (multiple >= bytes) {
      pushRest(multiple).brIfRarely(depth);
      return;
    }
    pushRest(bytes).ifRarely().i32Const(site);
    pushRest(multiple).brIfRarely(depth + 1);
    this.checkPage(pushAddress, bytes, depth + 1);
    code.byte(OPCODE.drop).end();
  }

  /** Leaves if the access crosses a page or, where that needs the slow way or faults, is unaligned. */
  private checkExtent(pushAddress: AddressPusher, bytes: number, exit: AccessExit): void {
    const { depth, multiple = 1 } = exit;
    const { bigEndian, aligned } = this.layout;
    if (multiple > 1) {
      this.checkMultiple(pushAddress, bytes, exit, multiple);
      return;
    }
    if (bytes === 1) return;
    if (aligned && bytes <= 8) {
      pushAddress()
        .i32Const(bytes - 1)
        .op(O_AND)
        .brIfRarely(depth);
      return;
    }
    if (bigEndian)
      pushAddress()
        .i32Const(Math.min(bytes, 4) - 1)
        .op(O_AND)
        .brIfRarely(depth);
    if (bigEndian && bytes <= 4) return;
    this.checkPage(pushAddress, bytes, depth);
  }
}

/** Not a translation word of any page, nor 0. */
const NO_WORD = 1;
const O_EQZ = 0x45;
const O_NE = 0x47;
const O_GT_U = 0x4b;
const O_ADD = 0x6a;
const O_AND = 0x71;
const O_SHL = 0x74;
const O_SHR_U = 0x76;
