import { OP_NUMBER } from '../ir/ops.ts';
import { FORMS } from './access-forms.ts';
import { type CodeWriter, OPCODE } from './encoder.ts';
import type { HostAccess } from './host-access.ts';
import type { AccessExit, AddressPusher, PageLookup } from './page-lookup.ts';

const O = OP_NUMBER;

/** What is accessed so. */
const UNALIGNED: ReadonlySet<number> = new Set([O.load32, O.store32, O.load16u, O.load16s, O.store16]);

/**
 * Emits accesses to words and half-words of word-swapped memory that may be unaligned: within its page one is
 * read and written by way of the two words that it may lie in, which as one 64-bit number, rotated by the
 * bits it begins in, have it at the top of their lower half.
 */
export class UnalignedAccess {
  private readonly code: CodeWriter;
  private readonly pages: PageLookup;
  private readonly hostAccess: HostAccess;
  private readonly isOn: boolean;

  /** @param isOn unaligned accesses are done in line, where the memory is word-swapped */
  constructor(code: CodeWriter, pages: PageLookup, hostAccess: HostAccess, isOn: boolean) {
    this.code = code;
    this.pages = pages;
    this.hostAccess = hostAccess;
    this.isOn = isOn;
  }

  /** Whether an operation's access is emitted here. */
  takes(op: number): boolean {
    return this.isOn && UNALIGNED.has(op);
  }

  /** The access, at address + word in the local `host`; `exit` where whether it leaves its page is still open. What it loads is on the stack. */
  emit(
    op: number,
    host: number,
    pushAddress: AddressPusher,
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
      this.pages.checkPage(pushAddress, bytes, exit.depth + 1);
      code.byte(OPCODE.drop);
    }
    if (pushValue) this.store(host, bytes, pushAddress, pushValue);
    else this.load(host, op, pushAddress);
    code.byte(OPCODE.else).get(host);
    if (bytes === 2) this.hostAccess.swizzle(2);
    pushValue?.();
    // Words need no swizzle: the 1 of the translation word is the offset.
    code.memory(opcode, 0, bytes === 2 ? 0 : 1).end();
  }

  /** The two words that hold an unaligned one, rotated. */
  private rotatedWords(host: number, pushAddress: AddressPusher): void {
    const { code } = this;
    code.get(host).i32Const(1).op(O_ADD).i32Const(-4).op(O_AND).memory(OPCODE.i64Load, 0, 0);
    this.bitsInto(pushAddress);
    code.op(O_ROTL64);
  }

  private load(host: number, op: number, pushAddress: AddressPusher): void {
    this.rotatedWords(host, pushAddress);
    this.code.op(O_WRAP);
    if (op !== O.load32) this.code.i32Const(16).op(op === O.load16s ? O_SHR_S : O_SHR_U);
  }

  private store(host: number, bytes: number, pushAddress: AddressPusher, pushValue: () => CodeWriter): void {
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
  private bitsInto(pushAddress: AddressPusher): void {
    pushAddress().i32Const(3).op(O_AND).i32Const(3).op(O_SHL).op(O_EXTEND_U);
  }
}

const O_ADD = 0x6a;
const O_AND = 0x71;
const O_SHL = 0x74;
const O_SHR_S = 0x75;
const O_SHR_U = 0x76;
const O_AND64 = 0x83;
const O_OR64 = 0x84;
const O_ROTL64 = 0x89;
const O_ROTR64 = 0x8a;
const O_WRAP = 0xa7;
const O_EXTEND_U = 0xad;
