import { OP_NUMBER, UNCONDITIONAL } from '../ir/ops.ts';
import { CYCLES_BASE_ADDRESS, INTERRUPTS_ADDRESS, STATE_BASE } from '../memory/memory-map.ts';
import { accessExtent, isSupervisorOp } from './access-forms.ts';
import { runLength } from './access-run.ts';
import { alignmentAsked } from './alignment-trap.ts';
import type { BlockCode, Statement } from './block-code.ts';
import type { BlockPlan } from './block-plan.ts';
import { costOf, plus } from './clock-flow.ts';
import { OPCODE } from './encoder.ts';
import { chargeRules, type RegionContext } from './region-context.ts';
import { emitSteadyAnswer } from './steady-call.ts';

const O = OP_NUMBER;

/** Emits a block's statements, all but its terminal. The block's cost is pending from its start. */
export function emitBlock(region: RegionContext, code: BlockCode, plan: BlockPlan): void {
  region.values.begin(code, plan.uses);
  chargeBlock(region, code);
  let note = 0;
  let multiple = 0;
  for (let at = 0; at < code.statements.length; ) {
    for (; plan.notes[note]?.at === at; note++) region.records.note(plan.notes[note]!);
    const run = region.services.optimisations.accessRuns ? runLength(code, at) : 0;
    if (run > 0) emitRun(region, code, code.statements.slice(at, at + run));
    else if (multiple > 0) {
      emitAccess(region, code, plan, code.statements[at]!, multiple);
      multiple = 0;
    } else {
      multiple = mergedAlignment(region, code, plan, at);
      const statement = code.statements[at]!;
      if (multiple > 0 && !statement.dead) skipTrap(region, statement);
      else emitStatement(region, code, plan, statement);
    }
    at += Math.max(run, 1);
  }
  for (; note < plan.notes.length; note++) region.records.note(plan.notes[note]!);
  if (code.dropsTransient) region.dropTransient();
}

/** Behind the terminal's values: what a later block reads of deferred slots; then the temporaries are free. */
export function finishBlock(region: RegionContext): void {
  region.values.finish();
  region.accesses.finish();
}

/** Puts the values of deferred slots that later blocks read in their locals. */
export function emitShadows(region: RegionContext, plan: BlockPlan): void {
  for (const [slot, value] of plan.shadows) region.values.assign(slot, value);
}

function chargeBlock(region: RegionContext, code: BlockCode): void {
  const rules = chargeRules(region.services);
  region.pending = plus(region.pending, costOf(code.block, rules));
  if (rules.atOnce) region.charge(region.pending);
}

function emitStatement(region: RegionContext, code: BlockCode, plan: BlockPlan, statement: Statement): void {
  const { values, code: out } = region;
  if (statement.dead) return;
  switch (statement.kind) {
    case 'set':
      values.assign(statement.imm, statement.a);
      region.noteDirty(statement.imm);
      return;
    case 'endTransient':
      region.dropTransient();
      return;
    case 'load':
    case 'store':
    case 'probe':
      emitAccess(region, code, plan, statement);
      return;
    case 'trapIf':
      emitTrapIf(region, code, statement);
      return;
    case 'helper':
      values.push(statement.a);
      values.push(statement.b);
      values.push(statement.c);
      out.call(region.services.helperFunction(statement.imm));
      values.yielded(statement.result);
      return;
    case 'peek':
      values.push(statement.a);
      out.memory(statement.op === O.peek32 ? OPCODE.i32Load : OPCODE.i64Load, 2, STATE_BASE + statement.imm);
      values.yielded(statement.result);
      return;
    case 'poke':
      values.push(statement.a);
      values.push(statement.b);
      out.memory(statement.op === O.poke32 ? OPCODE.i32Store : OPCODE.i64Store, 2, STATE_BASE + statement.imm);
      return;
    case 'interrupts':
      out.i32Const(0).memory(OPCODE.i32Load, 2, INTERRUPTS_ADDRESS);
      values.yielded(statement.result);
      return;
    case 'steady':
      emitSteadyAnswer(region, code, statement);
      return;
    case 'cycles':
      emitCycles(region, code, statement);
  }
}

function emitTrapIf(region: RegionContext, code: BlockCode, statement: Statement): void {
  const { values, code: out } = region;
  const site = region.site(code, statement.insn);
  if (values.isStaged(statement.a)) {
    const second = values.pushFirstStage(statement.a);
    // Said to be rare, the costly half lies apart, and what it must save does not burden the common way.
    out.ifRarely();
    emitDoubt(region, second, site, region.exitDepth() + 1);
    out.end();
  } else {
    out.i32Const(site);
    values.pushCondition(statement.a);
    out.brIfRarely(region.exitDepth()).byte(OPCODE.drop);
  }
  values.skip(statement.b);
}

/** Leaves if a condition holds that is rarely asked: of several that are staged each stage by itself. */
function emitDoubt(region: RegionContext, condition: number, site: number, depth: number): void {
  const { values, code: out } = region;
  const halves = values.halves(condition);
  if (halves === undefined) {
    out.i32Const(site);
    values.pushDetached(condition);
    out.brIfRarely(depth).byte(OPCODE.drop);
  } else if (halves.staged) {
    values.pushDetached(halves.first);
    out.ifRarely();
    emitDoubt(region, halves.second, site, depth + 1);
    out.end();
  } else {
    emitDoubt(region, halves.first, site, depth);
    emitDoubt(region, halves.second, site, depth);
  }
}

/** What the access behind an alignment trap asks for in the trap's place; 0 where the trap is to stand by itself. */
function mergedAlignment(region: RegionContext, code: BlockCode, plan: BlockPlan, at: number): number {
  const { accesses, services } = region;
  if (!services.optimisations.mergedAlignment || !accesses.pages.takesMultiples) return 0;
  const multiple = alignmentAsked(code, at);
  if (multiple === 0) return 0;
  const access = code.statements[at + 1]!;
  const { bytes, write } = accessExtent(access.op, access.imm);
  return plan.groups.has(access) || accesses.isTranslated(access.a, bytes, write) ? 0 : multiple;
}

function skipTrap({ values }: RegionContext, { a, b }: Statement): void {
  values.skip(a);
  values.skip(b);
}

/** `multiple`: what the address must be a multiple of for the instruction's sake, where nobody else has asked. */
function emitAccess(
  region: RegionContext,
  code: BlockCode,
  plan: BlockPlan,
  statement: Statement,
  multiple?: number,
): void {
  const { bytes, write } = accessExtent(statement.op, statement.imm);
  const member = plan.groups.get(statement);
  const sure = !member && region.accesses.isTranslated(statement.a, bytes, write);
  const { kind, op, a, b, c, imm, aligned } = statement;
  const guessable = !member && !sure && kind === 'load' && !isSupervisorOp(op);
  const guess = guessable && plan.chased.has(a) ? region.accesses.pages.newGuess() : undefined;
  const exit = sure
    ? { site: 0, depth: 0 }
    : { site: region.site(code, statement.insn), depth: region.exitDepth(), guess, multiple, aligned };
  if (member) region.groups.emit(op, a, b, region.values, exit, member);
  else if (UNCONDITIONAL.has(op)) region.accesses.emitConditional(op, a, b, c, region.values, exit);
  else {
    const again = region.services.optimisations.addressReuse && plan.accesses.get(a)! > 1;
    region.accesses.emit(op, a, b, imm, region.values, exit, again);
  }
  if (kind === 'load') region.values.yielded(statement.result);
}

function emitRun(region: RegionContext, code: BlockCode, run: readonly Statement[]): void {
  region.runs.emit(run, region.values, { site: region.site(code, run[0]!.insn), depth: region.exitDepth() });
}

/** Cycles before this run, plus those of this run up to this instruction (the clock and what is pending hold the whole block's). */
function emitCycles(region: RegionContext, code: BlockCode, statement: Statement): void {
  let later = -region.pending.cycles;
  for (let insn = statement.insn; insn < code.block.count; insn++) later += code.block.insnCycles[insn]!;
  region.code.i32Const(0).memory(OPCODE.i64Load, 3, CYCLES_BASE_ADDRESS);
  region.code
    .get(region.clockLocal)
    .i64Const(32, 0)
    .op(0x88)
    .op(0x7c)
    .i64Const(later, later >> 31)
    .op(0x7d);
  region.values.yielded(statement.result);
}
