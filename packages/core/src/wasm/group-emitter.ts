import { OP_SPECS } from '../ir/ops.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import type { AccessEmitter } from './access-emitter.ts';
import { FORMS } from './access-forms.ts';
import type { AccessGroup, GroupMember } from './access-groups.ts';
import { type CodeWriter, OPCODE, VOID, WASM_TYPE } from './encoder.ts';
import type { HostAccess } from './host-access.ts';
import type { LocalPool } from './locals.ts';
import type { AccessExit, PageLookup } from './page-lookup.ts';
import type { ValueEmitter } from './value-emitter.ts';

/** Emits the accesses of groups (access-groups.ts). */
export class GroupEmitter {
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;
  private readonly accesses: AccessEmitter;
  private readonly pages: PageLookup;
  private readonly hostAccess: HostAccess;

  constructor(code: CodeWriter, locals: LocalPool, accesses: AccessEmitter) {
    this.code = code;
    this.locals = locals;
    this.accesses = accesses;
    this.pages = accesses.pages;
    this.hostAccess = accesses.hostAccess;
  }

  /**
   * An access of a group: the first looks the page up for all of them, where they lie in one and are aligned as they
   * must be. Where not each does by itself, apart.
   */
  emit(op: number, address: number, value: number, values: ValueEmitter, exit: AccessExit, member: GroupMember): void {
    const { code } = this;
    const { group, offset } = member;
    const pushValue = value < 0 ? undefined : values.pusher(values.inLocal(value), value);
    const result = pushValue ? undefined : OP_SPECS[op]!.result!;
    const guest = this.locals.allocate('i32');
    const alone = { site: exit.site, depth: exit.depth + 1 };
    if (group.local < 0) {
      const pushAddress = values.pusher(values.inLocal(address), address);
      group.local = this.locals.allocate('i32');
      code.byte(OPCODE.block).byte(result ? WASM_TYPE[result] : VOID);
      code.byte(OPCODE.block).byte(VOID);
      this.lookUpGroup(pushAddress, offset, group);
      this.accessMember(op, member, pushValue);
      code.br(1).end();
      code.i32Const(0).set(group.local);
      this.accesses.accessAlone(op, pushAddress, pushValue, alone);
      code.end();
    } else {
      code.get(group.local).op(O_EQZ).ifRarely(result);
      values.pushAside(address);
      code.set(guest);
      this.accesses.accessAlone(op, () => code.get(guest), pushValue, alone);
      code.byte(OPCODE.else);
      this.accessMember(op, member, pushValue);
      code.end();
    }
    values.skip(address);
    if (value >= 0) values.done(value);
    this.locals.release(guest);
    if (--group.left === 0) this.locals.release(group.local);
  }

  /** Sets the group's local, or branches to the innermost label. */
  private lookUpGroup(
    pushAddress: () => CodeWriter,
    offset: number,
    { local, span, write, supervisor, alignment }: AccessGroup,
  ): void {
    const { code } = this;
    const pushFirst = (): CodeWriter => {
      pushAddress();
      return offset === 0 ? code : code.i32Const(-offset).op(O_ADD);
    };
    this.pages.pushWord(pushAddress, write, this.pages.tablesFor(supervisor));
    code.tee(local).op(O_EQZ).brIfRarely(0);
    if (alignment > 1)
      pushFirst()
        .i32Const(alignment - 1)
        .op(O_AND)
        .brIfRarely(0);
    if (span > alignment) {
      pushFirst()
        .i32Const(PAGE_SIZE - 1)
        .op(O_AND)
        .i32Const(PAGE_SIZE - span)
        .op(O_GT_U)
        .brIfRarely(0);
    }
    pushFirst().get(local).op(O_ADD);
    if (this.hostAccess.bigEndian) code.i32Const(1).op(O_ADD);
    code.set(local);
  }

  /** An access where the group's local is right: what it loads is on the stack. */
  private accessMember(op: number, { group, offset }: GroupMember, pushValue: (() => CodeWriter) | undefined): void {
    const { code } = this;
    const access = FORMS.get(op)!;
    const flip = this.hostAccess.bigEndian && access.bytes < 4 ? 4 - access.bytes : 0;
    code.get(group.local);
    if (flip !== 0 && group.alignment < 4) {
      code.i32Const(offset).op(O_ADD).i32Const(flip).op(O_XOR);
      this.hostAccess.finish(op, access, 0, pushValue);
    } else this.hostAccess.finish(op, access, this.hostAccess.bigEndian ? offset ^ flip : offset + 1, pushValue);
  }
}

const O_EQZ = 0x45;
const O_GT_U = 0x4b;
const O_ADD = 0x6a;
const O_AND = 0x71;
const O_XOR = 0x73;
