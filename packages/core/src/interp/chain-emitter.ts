import { OPS } from '../ir/ops.ts';
import {
  BLOCK_ADDRESS,
  BLOCK_TABLE_BASE,
  BLOCK_TABLE_ENTRIES,
  CLOCK_ADDRESS,
  ENTRY_CYCLES_ADDRESS,
  ENTRY_FILTER_BASE,
  ENTRY_FILTER_BYTES,
  FETCH_ADDRESS,
  FETCH_ENTRIES,
  INTERRUPTS_ADDRESS,
  LEAVE_ADDRESS,
  PAGE_SHIFT,
  TABLE_WRITE,
  TABLES_ADDRESS,
} from '../memory/memory-map.ts';
import { type CodeWriter, OPCODE, VOID } from '../wasm/encoder.ts';
import {
  LAST_SIMPLE,
  RECORD,
  RECORD_KERNEL,
  RECORD_MODES,
  RECORD_STRADDLES,
  RECORD_SUPERVISOR,
  RECORD_VALID,
  TERMINAL,
} from './block-record.ts';
import { BLOCK, END, FUEL, IP, LIMIT, LINK, OTHER, PC, READ_TABLE, RUN, STOP, WORD, WRITE_TABLE } from './loop-abi.ts';

/** Byte addresses of two registers. */
export interface ChainPlaces {
  readonly pcAddress: number;
  readonly modeAddress: number;
}

const { add, sub, and, or, xor, shl, shrU, eqz, eq, ne, gtU } = OPS;
const SUPERVISOR_SHIFT = 23;

/**
 * What the interpreter's loop does before and behind the operations of a block, so that it goes on from
 * block to block by itself. A block in the same page as the one before it is found by that one's link:
 * the same frame holds both, whatever the address space. Others are found by the block table, and are
 * good if the space's fetch table has the page in the block's frame.
 */
export class BlockEnd {
  private readonly code: CodeWriter;
  private readonly places: ChainPlaces;

  constructor(code: CodeWriter, places: ChainPlaces) {
    this.code = code;
    this.places = places;
  }

  /** At the begin of a block: IP, END and the tables. */
  begin(): void {
    const { code } = this;
    this.half(BLOCK, RECORD.code).get(BLOCK).op(add.wasm).set(IP);
    code.get(LIMIT).byte(OPCODE.if).byte(VOID).get(LIMIT).set(END).byte(OPCODE.else);
    code.i32Const(0).get(BLOCK).memory(OPCODE.i32Store, 2, BLOCK_ADDRESS);
    this.word(BLOCK, RECORD.count).i32Const(0).memory(OPCODE.i32Load, 2, CLOCK_ADDRESS).op(gtU.wasm);
    this.answerIf(RUN.short);
    this.word(BLOCK, RECORD.runs).i32Const(1).op(add.wasm).tee(WORD);
    this.word(BLOCK, RECORD.due).op(eq.wasm);
    this.answerIf(RUN.hot);
    code.get(BLOCK).get(WORD).memory(OPCODE.i32Store, 2, RECORD.runs);
    code.i32Const(0).memory(OPCODE.i32Load, 2, TABLES_ADDRESS);
    this.flag(RECORD_SUPERVISOR).op(add.wasm).tee(READ_TABLE).i32Const(TABLE_WRITE).op(add.wasm).set(WRITE_TABLE);
    this.half(BLOCK, RECORD.end).get(BLOCK).op(add.wasm).set(END);
    code.end();
  }

  /** Behind the operations: with a limit all is done; otherwise the terminal, and back to the loop's begin (label 0) with the next block. */
  finish(): void {
    const { code } = this;
    code.get(LIMIT);
    this.answerIf(RUN.look);
    code.get(END).get(BLOCK).op(sub.wasm);
    this.half(BLOCK, RECORD.end).op(ne.wasm);
    this.answerIf(RUN.left);
    this.word(BLOCK, RECORD.terminal).i32Const(LAST_SIMPLE).op(gtU.wasm);
    code.byte(OPCODE.if).byte(VOID);
    this.engineEnds();
    this.answerIf(RUN.terminal);
    this.count();
    this.switchMode();
    code.byte(OPCODE.else);
    this.count();
    this.terminal();
    code.end();
    code.i32Const(0).get(PC).memory(OPCODE.i32Store, 2, this.places.pcAddress);
    this.checkLeave();
    this.follow();
    this.lookUp();
  }

  private count(): void {
    const { code } = this;
    code.i32Const(0).i32Const(0).memory(OPCODE.i64Load, 3, CLOCK_ADDRESS);
    code
      .get(BLOCK)
      .memory(OPCODE.i64Load, 3, RECORD.clock)
      .op(OPS.add64.wasm)
      .memory(OPCODE.i64Store, 3, CLOCK_ADDRESS);
    this.flag(RECORD_KERNEL).byte(OPCODE.if).byte(VOID);
    code.i32Const(0).i32Const(0).memory(OPCODE.i64Load, 3, ENTRY_CYCLES_ADDRESS);
    this.word(BLOCK, RECORD.cycles)
      .op(OPS.extendU.wasm)
      .op(OPS.add64.wasm)
      .memory(OPCODE.i64Store, 3, ENTRY_CYCLES_ADDRESS);
    code.end();
  }

  /**
   * Whether the engine has to deal with a terminal that is not simple: with all but a change of mode while no
   * interrupt waits, which then need not be looked at, that is a trap's or the kernel's own.
   */
  private engineEnds(): void {
    const { code } = this;
    this.word(BLOCK, RECORD.terminal).i32Const(TERMINAL.switchMode).op(ne.wasm);
    code.i32Const(0).memory(OPCODE.i32Load, 2, INTERRUPTS_ADDRESS).op(or.wasm);
    this.word(BLOCK, RECORD.target);
    this.flag(RECORD_KERNEL).op(or.wasm).op(eqz.wasm).op(or.wasm);
  }

  /** Mode and PC as the block has computed them. A trap from a program is cost of entry (BlockPosition.noteEntry). */
  private switchMode(): void {
    const { code } = this;
    this.flag(RECORD_KERNEL).op(eqz.wasm).byte(OPCODE.if).byte(VOID);
    // The cycles of the last instruction: OTHER is where the table has those before the block's end.
    this.word(BLOCK, RECORD.tables).get(BLOCK).op(add.wasm);
    this.word(BLOCK, RECORD.count).i32Const(2).op(shl.wasm).op(add.wasm).set(OTHER);
    code.i32Const(0).i32Const(0).memory(OPCODE.i64Load, 3, ENTRY_CYCLES_ADDRESS);
    code.get(OTHER).memory(OPCODE.i32Load, 2, 0);
    code.get(OTHER).i32Const(4).op(sub.wasm).memory(OPCODE.i32Load, 2, 0).op(sub.wasm);
    code.op(OPS.extendU.wasm).op(OPS.add64.wasm).memory(OPCODE.i64Store, 3, ENTRY_CYCLES_ADDRESS);
    code.end();
    code.i32Const(0);
    this.word(BLOCK, RECORD.args).memory(OPCODE.i32Load, 2, 0).memory(OPCODE.i32Store, 2, this.places.modeAddress);
    this.word(BLOCK, RECORD.value).memory(OPCODE.i32Load, 2, 0).set(PC).i32Const(0).set(LINK);
  }

  /** PC and LINK by the terminal. */
  private terminal(): void {
    const { code } = this;
    // jump, branch, computed
    code
      .byte(OPCODE.block)
      .byte(VOID)
      .byte(OPCODE.block)
      .byte(VOID)
      .byte(OPCODE.block)
      .byte(VOID)
      .byte(OPCODE.block)
      .byte(VOID);
    this.word(BLOCK, RECORD.terminal).byte(OPCODE.brTable).u32(2).u32(0).u32(1).u32(2).end();
    this.goTo(RECORD.target, RECORD.targetLink).br(2).end();
    this.word(BLOCK, RECORD.value).memory(OPCODE.i32Load, 2, 0).byte(OPCODE.if).byte(VOID);
    this.goTo(RECORD.target, RECORD.targetLink).byte(OPCODE.else);
    this.goTo(RECORD.next, RECORD.nextLink).end().br(1).end();
    this.word(BLOCK, RECORD.value).memory(OPCODE.i32Load, 2, 0).set(PC).i32Const(0).set(LINK);
    code.end();
    // A block that changes the mode has its successors looked up.
    this.flag(RECORD_MODES).byte(OPCODE.if).byte(VOID);
    code.i32Const(0);
    this.word(BLOCK, RECORD.endMode).memory(OPCODE.i32Store, 2, this.places.modeAddress).i32Const(0).set(LINK).end();
  }

  private goTo(address: number, link: number): CodeWriter {
    this.word(BLOCK, address).set(PC);
    return this.code.get(BLOCK).i32Const(link).op(add.wasm).set(LINK);
  }

  /** Back to the engine if it is asked to look, at `stop`, without fuel, and where translated code may begin. */
  private checkLeave(): void {
    const { code } = this;
    code.i32Const(0).memory(OPCODE.i32Load, 2, LEAVE_ADDRESS);
    code.get(PC).get(STOP).op(eq.wasm).op(or.wasm);
    code.get(FUEL).i32Const(1).op(sub.wasm).tee(FUEL).op(eqz.wasm).op(or.wasm);
    code.get(PC).get(PC).i32Const(16).op(shrU.wasm).op(xor.wasm);
    code
      .i32Const(ENTRY_FILTER_BYTES - 1)
      .op(and.wasm)
      .memory(OPCODE.i32Load8U, 0, ENTRY_FILTER_BASE)
      .op(or.wasm);
    this.answerIf(RUN.look);
  }

  /** Goes on by the link, if it leads to a block that is good. */
  private follow(): void {
    const { code } = this;
    code.get(LINK).byte(OPCODE.if).byte(VOID);
    code.get(LINK).memory(OPCODE.i32Load, 2, 0).tee(OTHER).byte(OPCODE.if).byte(VOID);
    this.word(OTHER, RECORD.flags).i32Const(RECORD_VALID).op(and.wasm);
    this.word(OTHER, RECORD.mode)
      .i32Const(0)
      .memory(OPCODE.i32Load, 2, this.places.modeAddress)
      .op(eq.wasm)
      .op(and.wasm);
    code.byte(OPCODE.if).byte(VOID).get(OTHER).set(BLOCK).br(3).end().end().end();
  }

  /** Goes on with the block that the block table has, if it is good, and links it. */
  private lookUp(): void {
    const { code } = this;
    code
      .get(PC)
      .get(PC)
      .i32Const(14)
      .op(shrU.wasm)
      .op(xor.wasm)
      .i32Const(BLOCK_TABLE_ENTRIES - 1)
      .op(and.wasm);
    code.i32Const(2).op(shl.wasm).memory(OPCODE.i32Load, 2, BLOCK_TABLE_BASE).tee(OTHER).op(eqz.wasm);
    this.answerIf(RUN.look);
    this.word(OTHER, RECORD.pc).get(PC).op(ne.wasm);
    this.word(OTHER, RECORD.mode)
      .i32Const(0)
      .memory(OPCODE.i32Load, 2, this.places.modeAddress)
      .op(ne.wasm)
      .op(or.wasm);
    this.word(OTHER, RECORD.flags)
      .i32Const(RECORD_VALID | RECORD_STRADDLES)
      .op(and.wasm);
    code.i32Const(RECORD_VALID).op(ne.wasm).op(or.wasm);
    this.answerIf(RUN.look);
    // WORD: the page's entry in the fetch table.
    code
      .get(PC)
      .i32Const(PAGE_SHIFT)
      .op(shrU.wasm)
      .i32Const(FETCH_ENTRIES - 1)
      .op(and.wasm)
      .i32Const(3)
      .op(shl.wasm);
    code.i32Const(0).memory(OPCODE.i32Load, 2, FETCH_ADDRESS).op(add.wasm).tee(WORD).memory(OPCODE.i32Load, 2, 0);
    code.get(PC).i32Const(PAGE_SHIFT).op(shrU.wasm).i32Const(1).op(shl.wasm);
    this.word(OTHER, RECORD.flags).i32Const(SUPERVISOR_SHIFT).op(shrU.wasm).i32Const(1).op(and.wasm).op(or.wasm);
    code.i32Const(1).op(add.wasm).op(ne.wasm);
    code.get(WORD).memory(OPCODE.i32Load, 2, 4);
    this.word(OTHER, RECORD.frame).op(ne.wasm).op(or.wasm);
    this.answerIf(RUN.look);
    this.link();
    code.get(OTHER).set(BLOCK).br(0);
  }

  /** Only what is in the same page, with the same rights: there one frame holds both. */
  private link(): void {
    const { code } = this;
    code.get(LINK).byte(OPCODE.if).byte(VOID);
    this.word(BLOCK, RECORD.pc).get(PC).op(xor.wasm).i32Const(PAGE_SHIFT).op(shrU.wasm);
    this.word(BLOCK, RECORD.flags);
    this.word(OTHER, RECORD.flags).op(xor.wasm).i32Const(RECORD_SUPERVISOR).op(and.wasm).op(or.wasm).op(eqz.wasm);
    code.byte(OPCODE.if).byte(VOID).get(LINK).get(OTHER).memory(OPCODE.i32Store, 2, 0).end().end();
  }

  private answerIf(answer: number): void {
    this.code.byte(OPCODE.if).byte(VOID).i32Const(answer).byte(OPCODE.return).end();
  }

  private word(record: number, field: number): CodeWriter {
    return this.code.get(record).memory(OPCODE.i32Load, 2, field);
  }

  private half(record: number, field: number): CodeWriter {
    return this.code.get(record).memory(OPCODE.i32Load16U, 1, field);
  }

  private flag(bit: number): CodeWriter {
    return this.word(BLOCK, RECORD.flags).i32Const(bit).op(and.wasm);
  }
}
