import { OP_NUMBER } from '../ir/ops.ts';
import type { AccessForm } from './access-forms.ts';
import { type CodeWriter, OPCODE } from './encoder.ts';
import type { LocalPool } from './locals.ts';

const O = OP_NUMBER;

/** Emits the host's own access to guest memory, whose address has been found: in word-swapped memory (big-endian guests) other bytes of the word, and other words. */
export class HostAccess {
  readonly bigEndian: boolean;
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;

  constructor(code: CodeWriter, locals: LocalPool, bigEndian: boolean) {
    this.code = code;
    this.locals = locals;
    this.bigEndian = bigEndian;
  }

  /** The access at address + word (PageLookup.translate), which is on the stack. */
  emit(op: number, access: AccessForm, pushValue: (() => void) | undefined): void {
    this.swizzle(access.bytes);
    this.finish(op, access, this.bigEndian ? 0 : 1, pushValue);
  }

  /** The access where its address is on the stack, bytes swizzled. */
  finish(op: number, access: AccessForm, offset: number, pushValue: (() => void) | undefined): void {
    pushValue?.();
    if (pushValue && this.bigEndian) this.swapWords(op, access.bytes);
    this.code.memory(this.plainOpcode(access, op), 0, offset);
    if (!pushValue && this.bigEndian) this.swapWordsBack(op, access.bytes);
  }

  /** Word-swapped memory: bytes at address^3, half-words at address^2. The 1 of the translation word is added here. */
  swizzle(bytes: number): void {
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
    if (op === O.storeF64) this.code.op(O_BITS_OF_F64);
    this.code.i64Const(32, 0).op(O_ROTL64);
  }

  private swapWordsBack(op: number, bytes: number): void {
    if (bytes === 16) this.reverseWords();
    if (bytes !== 8) return;
    this.code.i64Const(32, 0).op(O_ROTL64);
    if (op === O.loadF64) this.code.op(O_F64_OF_BITS);
  }

  private reverseWords(): void {
    const local = this.locals.allocate('v128');
    this.code.tee(local).get(local).op(O_SHUFFLE8).words(REVERSED_WORDS);
    this.locals.release(local);
  }
}

/** Lanes of i8x16.shuffle that put the four words in reverse order. */
const REVERSED_WORDS = [0x0f0e0d0c, 0x0b0a0908, 0x07060504, 0x03020100];
const O_ADD = 0x6a;
const O_XOR = 0x73;
const O_ROTL64 = 0x89;
const O_BITS_OF_F64 = 0xbd;
const O_F64_OF_BITS = 0xbf;
const O_SHUFFLE8 = 0xfd0d;
