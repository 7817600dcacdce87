import { OP_NUMBER, UNCONDITIONAL } from '../ir/ops.ts';
import { PAGE_SIZE, TABLE_SUPERVISOR, TABLE_WRITE } from '../memory/memory-map.ts';
import { type AccessForm, accessExtent, FORMS, isSupervisorOp } from './access-forms.ts';
import type { Statement } from './block-code.ts';
import { type CodeWriter, OPCODE, VOID, WASM_TYPE, CodeWriter as Writer } from './encoder.ts';
import type { LocalPool } from './locals.ts';
import type { ValueEmitter } from './value-emitter.ts';

const O = OP_NUMBER;

/** What is accessed in line in word-swapped memory where it is unaligned. */
const UNALIGNED: ReadonlySet<number> = new Set([O.load32, O.store32, O.load16u, O.load16s, O.store16]);

/** A translated address kept for later accesses of the block. */
interface HostAddress {
  readonly local: number;
  readonly bytes: number;
  readonly write: boolean;
}

/** How guest memory is to be accessed: word-swapped, and with faults for what is unaligned. */
export interface MemoryForm {
  readonly bigEndian: boolean;
  readonly aligned: boolean;
  /** What is unaligned in word-swapped memory is accessed in line. */
  readonly inLine: boolean;
}

/** What an access needs of the exit it may take. */
export interface AccessExit {
  readonly site: number;
  /** Label depth of the exit. */
  readonly depth: number;
  /** Local that holds the translation word to be expected (see newGuess); undefined where none is. */
  readonly guess?: number | undefined;
}

/**
 * Emits guest memory accesses: the page's translation word, a branch to the exit if there is none or
 * if the access would leave the page, the access at word + address + 1. Two branches, never one on
 * both tests OR-ed (measured dearer). A second access to the same address goes without.
 */
export class AccessEmitter {
  /** What is to stand at the region's start: the guesses' first values. */
  readonly prologue: CodeWriter = new Writer(32);
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;
  private readonly tablesLocal: number;
  private readonly tableOffset: number;
  readonly bigEndian: boolean;
  private readonly aligned: boolean;
  /** Unaligned words and half-words are accessed in line, by way of the two words they may lie in. */
  private readonly twoWords: boolean;
  private readonly hosts = new Map<number, HostAddress>();

  constructor(
    code: CodeWriter,
    locals: LocalPool,
    tablesLocal: number,
    supervisor: boolean,
    { bigEndian, aligned, inLine }: MemoryForm,
  ) {
    this.code = code;
    this.locals = locals;
    this.tablesLocal = tablesLocal;
    this.tableOffset = supervisor ? TABLE_SUPERVISOR : 0;
    this.bigEndian = bigEndian;
    this.aligned = aligned;
    this.twoWords = bigEndian && !aligned && inLine;
  }

  /** A local for an access that guesses its page's translation word: the last one that was not as guessed. */
  newGuess(): number {
    const local = this.locals.fresh('i32');
    this.prologue.i32Const(NO_WORD).set(local);
    return local;
  }

  /** Forgets the block's translated addresses. */
  finish(): void {
    for (const host of this.hosts.values()) this.locals.release(host.local);
    this.hosts.clear();
  }

  /** Whether an access that was announced thus needs no check, and so cannot exit. */
  isTranslated(address: number, bytes: number, write: boolean): boolean {
    const host = this.hosts.get(address);
    return host !== undefined && host.bytes >= bytes && (host.write || !write);
  }

  /**
   * An access on a condition. `b` and `c` are the operation's second and third argument (a load:
   * condition and the result without it; a store: value and condition). All values are computed before
   * the condition is looked at, so that later uses find them.
   */
  emitConditional(op: number, address: number, b: number, c: number, values: ValueEmitter, exit: AccessExit): void {
    const { code } = this;
    const plain = UNCONDITIONAL.get(op)!;
    const access = FORMS.get(plain)!;
    const { bytes, write } = access;
    const known = this.isTranslated(address, bytes, write) ? this.hosts.get(address)!.local : -1;
    const guest = values.inLocal(address);
    const pushAddress = this.pusher(guest, address, values);
    const pushOther = this.pusher(values.inLocal(write ? b : c), write ? b : c, values);
    values.pushCondition(write ? c : b);
    code.byte(OPCODE.if).byte(write ? VOID : WASM_TYPE.i32);
    if (known >= 0) code.get(known);
    else this.translate(pushAddress, bytes, write, { site: exit.site, depth: exit.depth + 1 });
    this.swizzle(bytes);
    if (write) pushOther();
    code.memory(access.opcode, 0, this.bigEndian ? 0 : 1);
    if (!write) {
      code.byte(OPCODE.else);
      pushOther();
    }
    code.end();
    values.done(address);
    values.done(write ? b : c);
  }

  /** Pushes a value that is in a local, or (`local` -1) constant. */
  pusher(local: number, value: number, values: ValueEmitter): () => CodeWriter {
    const constant = local < 0 ? values.constant(value) : 0;
    return () => (local < 0 ? this.code.i32Const(constant) : this.code.get(local));
  }

  /**
   * Load, store or probe at address value `address` (one announced use). A load leaves its result on
   * the stack. `keep`: the block accesses this address again.
   */
  emit(
    op: number,
    address: number,
    value: number,
    imm: number,
    values: ValueEmitter,
    exit: AccessExit,
    keep: boolean,
  ): void {
    if (this.twoWords && UNALIGNED.has(op)) {
      this.emitUnaligned(op, address, value, values, exit, keep);
      return;
    }
    const { bytes, write } = accessExtent(op, imm);
    const supervisor = isSupervisorOp(op);
    // What is translated so says nothing of the program's own access.
    const again = (keep && !supervisor) || op === O.probeW;
    const tables = this.tablesFor(supervisor);
    const host = this.hostAddress(address, bytes, write, values, exit, again, tables);
    if (op === O.probeW) {
      this.code.byte(OPCODE.drop);
    } else {
      this.swizzle(bytes);
      const access = FORMS.get(op)!;
      if (value >= 0) values.push(value);
      if (value >= 0 && this.bigEndian) this.swapWords(op, bytes);
      this.code.memory(this.plainOpcode(access, op), 0, this.bigEndian ? 0 : 1);
      if (value < 0 && this.bigEndian) this.swapWordsBack(op, bytes);
    }
    if (host >= 0 && !this.hosts.has(address)) this.locals.release(host);
  }

  /** An access that looks its page up for itself: what it loads is on the stack. */
  accessAlone(
    op: number,
    pushAddress: () => CodeWriter,
    pushValue: (() => CodeWriter) | undefined,
    exit: AccessExit,
  ): void {
    const access = FORMS.get(op)!;
    if (this.twoWords && UNALIGNED.has(op)) {
      const host = this.locals.allocate('i32');
      this.translate(pushAddress, 1, access.write, exit);
      this.code.set(host);
      this.accessUnaligned(op, host, pushAddress, pushValue, exit);
      this.locals.release(host);
      return;
    }
    this.translate(pushAddress, access.bytes, access.write, exit, this.tablesFor(access.supervisor));
    this.swizzle(access.bytes);
    this.finishAccess(op, access, this.bigEndian ? 0 : 1, pushValue);
  }

  /** The host's access: its address is on the stack. */
  finishAccess(op: number, access: AccessForm, offset: number, pushValue: (() => CodeWriter) | undefined): void {
    pushValue?.();
    if (pushValue && this.bigEndian) this.swapWords(op, access.bytes);
    this.code.memory(this.plainOpcode(access, op), 0, offset);
    if (!pushValue && this.bigEndian) this.swapWordsBack(op, access.bytes);
  }

  /**
   * A word or half-word of word-swapped memory that may be unaligned: within its page it is read and written
   * by way of the two words that it may lie in, which as one 64-bit number, rotated by the bits it begins
   * in, have it at the top of their lower half.
   */
  private emitUnaligned(
    op: number,
    address: number,
    value: number,
    values: ValueEmitter,
    exit: AccessExit,
    keep: boolean,
  ): void {
    const { code } = this;
    const access = FORMS.get(op)!;
    const { bytes, write } = access;
    const isKnown = this.isTranslated(address, bytes, write);
    const pushAddress = this.pusher(values.inLocal(address), address, values);
    const pushValue = write ? this.pusher(values.inLocal(value), value, values) : undefined;
    const host = isKnown ? this.hosts.get(address)!.local : this.locals.allocate('i32');
    if (!isKnown) {
      this.translate(pushAddress, 1, write, exit);
      code.set(host);
    }
    this.accessUnaligned(op, host, pushAddress, pushValue, isKnown ? undefined : exit);
    values.done(address);
    if (write) values.done(value);
    if (isKnown) return;
    const old = this.hosts.get(address);
    if (keep) {
      if (old) this.locals.release(old.local);
      this.hosts.set(address, { local: host, bytes, write });
    } else this.locals.release(host);
  }

  /** The same at a place of the host's; `exit` where whether it leaves its page is still open. */
  private accessUnaligned(
    op: number,
    host: number,
    pushAddress: () => CodeWriter,
    pushValue: (() => CodeWriter) | undefined,
    exit: AccessExit | undefined,
  ): void {
    const { code } = this;
    const { bytes, opcode } = FORMS.get(op)!;
    pushAddress()
      .i32Const(bytes - 1)
      .op(O_AND);
    code.ifRarely(pushValue ? undefined : 'i32');
    if (exit) {
      code.i32Const(exit.site);
      this.checkPage(pushAddress, bytes, exit.depth + 1);
      code.byte(OPCODE.drop);
    }
    if (pushValue) this.storeUnaligned(host, bytes, pushAddress, pushValue);
    else this.loadUnaligned(host, op, pushAddress);
    code.byte(OPCODE.else).get(host);
    if (bytes === 2) this.swizzle(2);
    pushValue?.();
    // Words need no swizzle: the 1 of the translation word is the offset.
    code.memory(opcode, 0, bytes === 2 ? 0 : 1).end();
  }

  /** The two words that hold an unaligned one, rotated. */
  private rotatedWords(host: number, pushAddress: () => CodeWriter): void {
    const { code } = this;
    code.get(host).i32Const(1).op(O_ADD).i32Const(-4).op(O_AND).memory(OPCODE.i64Load, 0, 0);
    this.bitsInto(pushAddress);
    code.op(O_ROTL64);
  }

  private loadUnaligned(host: number, op: number, pushAddress: () => CodeWriter): void {
    this.rotatedWords(host, pushAddress);
    this.code.op(O_WRAP);
    if (op !== O.load32) this.code.i32Const(16).op(op === O.load16s ? O_SHR_S : O_SHR_U);
  }

  private storeUnaligned(
    host: number,
    bytes: number,
    pushAddress: () => CodeWriter,
    pushValue: () => CodeWriter,
  ): void {
    const { code } = this;
    code.get(host).i32Const(1).op(O_ADD).i32Const(-4).op(O_AND);
    this.rotatedWords(host, pushAddress);
    code.i64Const(bytes === 2 ? 0xffff : 0, -1).op(O_AND64);
    pushValue();
    if (bytes === 2) code.i32Const(16).op(O_SHL);
    code.op(O_EXTEND_U).op(O_OR64);
    this.bitsInto(pushAddress);
    code.op(O_ROTR64).memory(OPCODE.i64Store, 0, 0);
  }

  /** How many bits into the first word an unaligned access begins, as i64. */
  private bitsInto(pushAddress: () => CodeWriter): void {
    pushAddress().i32Const(3).op(O_AND).i32Const(3).op(O_SHL).op(O_EXTEND_U);
  }

  /**
   * Loads or stores of words at ascending addresses by one instruction (see runLength): if they lie in one
   * page, its translation is looked up once; else each word is dealt with by itself.
   */
  emitRun(run: readonly Statement[], values: ValueEmitter, exit: AccessExit): void {
    const { code } = this;
    const write = run[0]!.op === O.store32;
    const start = values.inLocal(run[0]!.a);
    const targets = run.map(({ b, result }) =>
      write ? this.pusher(values.inLocal(b), b, values) : values.reserve(result),
    );
    const access = (n: number, offset: number): void => {
      const target = targets[n]!;
      if (typeof target === 'number') {
        code.memory(OPCODE.i32Load, 0, offset);
        if (target < 0) code.byte(OPCODE.drop);
        else code.set(target);
      } else {
        target();
        code.memory(OPCODE.i32Store, 0, offset);
      }
    };
    const address = this.locals.allocate('i32');
    code.byte(OPCODE.block).byte(VOID).byte(OPCODE.block).byte(VOID);
    this.checkRun(start, 4 * run.length);
    this.translate(() => code.get(start), 1, write, { site: exit.site, depth: exit.depth + 2 });
    code.set(address);
    run.forEach((_, n) => {
      code.get(address);
      access(n, 4 * n + 1);
    });
    code.br(1).end();
    run.forEach((_, n) => {
      code
        .get(start)
        .i32Const(4 * n)
        .op(O_ADD)
        .set(address);
      this.translate(() => code.get(address), 4, write, { site: exit.site, depth: exit.depth + 1 });
      access(n, 1);
    });
    code.end();
    this.locals.release(address);
    run.forEach(({ a, b }, n) => {
      if (n === 0) values.done(a);
      else values.skip(a);
      if (write) values.done(b);
    });
  }

  /** Branches to the innermost label where `bytes` from the address on cross a page or, where that matters, are unaligned. */
  private checkRun(start: number, bytes: number): void {
    const { code } = this;
    if (this.bigEndian || this.aligned) code.get(start).i32Const(3).op(O_AND).brIfRarely(0);
    code
      .get(start)
      .i32Const(PAGE_SIZE - 1)
      .op(O_AND)
      .i32Const(PAGE_SIZE - bytes)
      .op(O_GT_U)
      .brIfRarely(0);
  }

  /** Puts address + word on the stack; gives the local that keeps it, or -1. */
  private hostAddress(
    address: number,
    bytes: number,
    write: boolean,
    values: ValueEmitter,
    exit: AccessExit,
    keep: boolean,
    tables: number,
  ): number {
    const { code } = this;
    if (this.isTranslated(address, bytes, write)) {
      code.get(this.hosts.get(address)!.local);
      values.skip(address);
      return -1;
    }
    const pushAddress = this.pusher(values.inLocal(address), address, values);
    this.translate(pushAddress, bytes, write, exit, tables);
    values.done(address);
    if (!keep) return -1;
    const word = this.locals.allocate('i32');
    const old = this.hosts.get(address);
    if (old) this.locals.release(old.local);
    code.tee(word);
    this.hosts.set(address, { local: word, bytes, write });
    return word;
  }

  /** Puts address + word on the stack, or leaves. */
  private translate(
    pushAddress: () => CodeWriter,
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
    this.checkExtent(pushAddress, bytes, exit.depth);
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
  pushWord(pushAddress: () => CodeWriter, write: boolean, tables = this.tableOffset): void {
    pushAddress().i32Const(12).op(O_SHR_U).i32Const(2).op(O_SHL).get(this.tablesLocal).op(O_ADD);
    this.code.memory(OPCODE.i32Load, 2, tables + (write ? TABLE_WRITE : 0));
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

  /** Leaves if the access crosses a page or, where that needs the slow way or faults, is unaligned. */
  private checkExtent(pushAddress: () => CodeWriter, bytes: number, depth: number): void {
    if (bytes === 1) return;
    if (this.aligned && bytes <= 8) {
      pushAddress()
        .i32Const(bytes - 1)
        .op(O_AND)
        .brIfRarely(depth);
      return;
    }
    if (this.bigEndian)
      pushAddress()
        .i32Const(Math.min(bytes, 4) - 1)
        .op(O_AND)
        .brIfRarely(depth);
    if (this.bigEndian && bytes <= 4) return;
    this.checkPage(pushAddress, bytes, depth);
  }

  /** Leaves if the access crosses a page. */
  private checkPage(pushAddress: () => CodeWriter, bytes: number, depth: number): void {
    pushAddress()
      .i32Const(PAGE_SIZE - 1)
      .op(O_AND)
      .i32Const(PAGE_SIZE - bytes)
      .op(O_GT_U)
      .brIfRarely(depth);
  }

  /** Word-swapped memory: bytes at address^3, half-words at address^2. The 1 of the translation word is added here. */
  private swizzle(bytes: number): void {
    if (!this.bigEndian) return;
    this.code.i32Const(1).op(O_ADD);
    if (bytes < 4) this.code.i32Const(4 - bytes).op(O_XOR);
  }

  /** 64-bit values are kept as two swapped words: floats go through their bits. */
  private plainOpcode(access: AccessForm, op: number): number {
    if (!this.bigEndian || access.bytes !== 8) return access.opcode;
    return op === O.storeF64 ? OPCODE.i64Store : op === O.loadF64 ? OPCODE.i64Load : access.opcode;
  }

  /** Longer values are kept as words in reverse order. */
  private swapWords(op: number, bytes: number): void {
    if (bytes === 16) this.reverseWords();
    if (bytes !== 8) return;
    if (op === O.storeF64) this.code.op(0xbd);
    this.code.i64Const(32, 0).op(O_ROTL64);
  }

  private swapWordsBack(op: number, bytes: number): void {
    if (bytes === 16) this.reverseWords();
    if (bytes !== 8) return;
    this.code.i64Const(32, 0).op(O_ROTL64);
    if (op === O.loadF64) this.code.op(0xbf);
  }

  private reverseWords(): void {
    const local = this.locals.allocate('v128');
    this.code.tee(local).get(local).op(0xfd0d).words(REVERSED_WORDS);
    this.locals.release(local);
  }
}

/** Lanes of i8x16.shuffle that put the four words in reverse order. */
const REVERSED_WORDS = [0x0f0e0d0c, 0x0b0a0908, 0x07060504, 0x03020100];
/** Not a translation word of any page, nor 0. */
const NO_WORD = 1;
const O_SHR_U = 0x76;
const O_SHL = 0x74;
const O_SHR_S = 0x75;
const O_AND = 0x71;
const O_ADD = 0x6a;
const O_XOR = 0x73;
const O_EQZ = 0x45;
const O_NE = 0x47;
const O_GT_U = 0x4b;
const O_ROTL64 = 0x89;
const O_ROTR64 = 0x8a;
const O_AND64 = 0x83;
const O_OR64 = 0x84;
const O_WRAP = 0xa7;
const O_EXTEND_U = 0xad;
