import { OP_NUMBER, UNCONDITIONAL } from '../ir/ops.ts';
import { accessExtent, FORMS, isSupervisorOp } from './access-forms.ts';
import { type CodeWriter, OPCODE, VOID, WASM_TYPE } from './encoder.ts';
import { HostAccess } from './host-access.ts';
import type { LocalPool } from './locals.ts';
import { type AccessExit, type AddressPusher, PageLookup } from './page-lookup.ts';
import { UnalignedAccess } from './unaligned-access.ts';
import type { ValueEmitter } from './value-emitter.ts';

const O = OP_NUMBER;

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

/**
 * Emits guest memory accesses: the look-up of the page, then the access. A second access to the same address
 * goes without the look-up.
 */
export class AccessEmitter {
  readonly pages: PageLookup;
  readonly hostAccess: HostAccess;
  private readonly unaligned: UnalignedAccess;
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;
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
    this.pages = new PageLookup(code, locals, tablesLocal, supervisor, { bigEndian, aligned });
    this.hostAccess = new HostAccess(code, locals, bigEndian);
    this.unaligned = new UnalignedAccess(code, this.pages, this.hostAccess, bigEndian && !aligned && inLine);
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
    const pushAddress = values.pusher(guest, address);
    const pushOther = values.pusher(values.inLocal(write ? b : c), write ? b : c);
    values.pushCondition(write ? c : b);
    code.byte(OPCODE.if).byte(write ? VOID : WASM_TYPE.i32);
    if (known >= 0) code.get(known);
    else this.pages.translate(pushAddress, bytes, write, { site: exit.site, depth: exit.depth + 1 });
    this.hostAccess.swizzle(bytes);
    if (write) pushOther();
    code.memory(access.opcode, 0, this.hostAccess.bigEndian ? 0 : 1);
    if (!write) {
      code.byte(OPCODE.else);
      pushOther();
    }
    code.end();
    values.done(address);
    values.done(write ? b : c);
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
    if (this.unaligned.takes(op)) {
      this.emitUnaligned(op, address, value, values, exit, keep);
      return;
    }
    const { bytes, write } = accessExtent(op, imm);
    const supervisor = isSupervisorOp(op);
    // What is translated so says nothing of the program's own access.
    const again = (keep && !supervisor) || op === O.probeW;
    const tables = this.pages.tablesFor(supervisor);
    const host = this.hostAddress(address, bytes, write, values, exit, again, tables);
    if (op === O.probeW) {
      this.code.byte(OPCODE.drop);
    } else {
      this.hostAccess.emit(op, FORMS.get(op)!, value >= 0 ? () => values.push(value) : undefined);
    }
    if (host >= 0 && !this.hosts.has(address)) this.locals.release(host);
  }

  /** An access that looks its page up for itself: what it loads is on the stack. */
  accessAlone(
    op: number,
    pushAddress: AddressPusher,
    pushValue: (() => CodeWriter) | undefined,
    exit: AccessExit,
  ): void {
    const access = FORMS.get(op)!;
    if (this.unaligned.takes(op)) {
      const host = this.locals.allocate('i32');
      this.pages.translate(pushAddress, 1, access.write, exit);
      this.code.set(host);
      this.unaligned.emit(op, host, pushAddress, pushValue, exit);
      this.locals.release(host);
      return;
    }
    this.pages.translate(pushAddress, access.bytes, access.write, exit, this.pages.tablesFor(access.supervisor));
    this.hostAccess.emit(op, access, pushValue);
  }

  /** The access where it may be unaligned in word-swapped memory (UnalignedAccess). */
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
    const pushAddress = values.pusher(values.inLocal(address), address);
    const pushValue = write ? values.pusher(values.inLocal(value), value) : undefined;
    const host = isKnown ? this.hosts.get(address)!.local : this.locals.allocate('i32');
    if (!isKnown) {
      this.pages.translate(pushAddress, 1, write, exit);
      code.set(host);
    }
    this.unaligned.emit(op, host, pushAddress, pushValue, isKnown ? undefined : exit);
    values.done(address);
    if (write) values.done(value);
    if (isKnown) return;
    const old = this.hosts.get(address);
    if (keep) {
      if (old) this.locals.release(old.local);
      this.hosts.set(address, { local: host, bytes, write });
    } else this.locals.release(host);
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
    const pushAddress = values.pusher(values.inLocal(address), address);
    this.pages.translate(pushAddress, bytes, write, exit, tables);
    values.done(address);
    if (!keep) return -1;
    const word = this.locals.allocate('i32');
    const old = this.hosts.get(address);
    if (old) this.locals.release(old.local);
    code.tee(word);
    this.hosts.set(address, { local: word, bytes, write });
    return word;
  }
}
