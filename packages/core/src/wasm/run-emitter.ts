import { OP_NUMBER } from '../ir/ops.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import type { Statement } from './block-code.ts';
import { type CodeWriter, OPCODE, VOID } from './encoder.ts';
import type { LocalPool } from './locals.ts';
import type { AccessExit, PageLookup } from './page-lookup.ts';
import type { ValueEmitter } from './value-emitter.ts';

const O = OP_NUMBER;

/**
 * Emits runs (access-run.ts): loads or stores of words at ascending addresses by one instruction. If they lie
 * in one page, its translation is looked up once; else each word is dealt with by itself.
 */
export class RunEmitter {
  private readonly code: CodeWriter;
  private readonly locals: LocalPool;
  private readonly pages: PageLookup;
  /** What is unaligned needs the slow way, or faults. */
  private readonly aligned: boolean;

  constructor(code: CodeWriter, locals: LocalPool, pages: PageLookup, aligned: boolean) {
    this.code = code;
    this.locals = locals;
    this.pages = pages;
    this.aligned = aligned;
  }

  /** The statements of a run. */
  emit(run: readonly Statement[], values: ValueEmitter, exit: AccessExit): void {
    const { code } = this;
    const write = run[0]!.op === O.store32;
    const start = values.inLocal(run[0]!.a);
    const targets = run.map(({ b, result }) => (write ? values.pusher(values.inLocal(b), b) : values.reserve(result)));
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
    this.pages.translate(() => code.get(start), 1, write, { site: exit.site, depth: exit.depth + 2 });
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
      this.pages.translate(() => code.get(address), 4, write, { site: exit.site, depth: exit.depth + 1 });
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
    if (this.aligned) code.get(start).i32Const(3).op(O_AND).brIfRarely(0);
    code
      .get(start)
      .i32Const(PAGE_SIZE - 1)
      .op(O_AND)
      .i32Const(PAGE_SIZE - bytes)
      .op(O_GT_U)
      .brIfRarely(0);
  }
}

const O_GT_U = 0x4b;
const O_ADD = 0x6a;
const O_AND = 0x71;
