import {
  type CodeReader,
  type ExplainedBlock,
  explainRegion,
  type IrBlock,
  OP_STRIDE,
  type OptimisationName,
  PAGE_SIZE,
  printOperation,
  printTerminal,
} from '@kml/core';
import { standardRegistry } from './container.ts';
import { describeElf } from './describe-elf.ts';
import { elfSymbols } from './elf-symbols.ts';
import { createMachine, type Machine } from './machine.ts';
import { MachineError } from './machine-error.ts';
import { memoryDirectory } from './memory-directory.ts';
import type { ArchPlugin, ArchRegistry } from './plugin.ts';

/** One guest instruction on its way to WebAssembly. */
export interface InstructionStages {
  readonly address: number;
  readonly bytes: string;
  readonly text: string;
  /** IR as lifted, and what the passes before emission leave of it. */
  readonly lifted: readonly string[];
  readonly after: readonly string[];
}

/** A block of the region: straight-line code and how it ends. */
export interface BlockStages {
  readonly instructions: readonly InstructionStages[];
  readonly terminal: { readonly lifted: string; readonly after: readonly string[] };
}

/** The region at an address of a program, from guest code to WebAssembly. */
export interface ProgramExplanation {
  readonly arch: string;
  readonly address: number;
  readonly blocks: readonly BlockStages[];
  /** The WebAssembly function. */
  readonly signature: string;
  readonly locals: readonly string[];
  readonly wasm: readonly string[];
  /** Size of the module. */
  readonly wasmBytes: number;
}

const PROGRAM = '/program';
const PT_NULL = 0;
const PT_LOAD = 1;
const PT_INTERP = 3;
const PF_X = 1;
/** More than booting and starting a program take. */
const MOST_STEPS = 1_000_000;

/**
 * Loads a program as a machine would, and explains the region at `place`: an address of the file (hex with
 * 0x, or decimal), a symbol, or the entry point, without these optimisations. Nothing of the program runs.
 * @throws MachineError where the file is no program for an architecture here, or has no such place.
 */
export function explainProgram(
  file: Uint8Array,
  place?: string,
  registry: ArchRegistry = standardRegistry(),
  without: readonly OptimisationName[] = [],
): ProgramExplanation {
  const facts = describeElf(file, registry.plugins);
  if (!facts.runnable) throw new MachineError(facts.problem, 126);
  const arch = registry.find(facts.arch)!;
  const bytes = withoutInterpreter(file);
  const machine = createMachine(
    { arch: arch.name, root: memoryDirectory({ [PROGRAM]: bytes }), time: 'virtual', without },
    registry,
  );
  machine.load({ path: PROGRAM });
  const { cpu } = machine.kernel;
  for (let steps = 0; arch.isa.isSupervisor(cpu.mode); steps++) {
    if (steps === MOST_STEPS) throw new MachineError('the program does not start');
    machine.step(1);
  }
  const align = -arch.isa.instructionAlign;
  const bias = (cpu.pc & align) - (facts.entry & align);
  const pc = place === undefined ? cpu.pc : (addressOf(file, place) + bias) | 0;
  bringIn(machine, bytes, bias);
  const found = explainRegion(machine.translation!, pc, cpu.mode);
  if (!found) throw new MachineError(`no code at 0x${(pc >>> 0).toString(16)}`);
  return {
    arch: arch.name,
    address: pc >>> 0,
    blocks: found.blocks.map((block) => stagesOf(machine, arch, block)),
    signature: found.signature,
    locals: found.locals,
    wasm: found.wasm,
    wasmBytes: found.wasmBytes,
  };
}

/** The program headers: offset of each in the file, with its type. */
function* programHeaders(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[5] !== 2;
  const size = view.getUint16(42, little);
  for (let left = view.getUint16(44, little), at = view.getUint32(28, little); left > 0; left--, at += size) {
    yield { at, view, little, type: view.getUint32(at, little) };
  }
}

/** The program alone: without its dynamic linker it starts at its own entry point. */
function withoutInterpreter(file: Uint8Array): Uint8Array {
  const bytes = file.slice();
  for (const { at, view, little, type } of programHeaders(bytes)) {
    if (type === PT_INTERP) view.setUint32(at, PT_NULL, little);
  }
  return bytes;
}

function addressOf(file: Uint8Array, place: string): number {
  if (/^(?:0x[0-9a-f]+|\d+)$/i.test(place)) return Number(place);
  const symbol = elfSymbols(file).find(({ name }) => name === place);
  if (!symbol) throw new MachineError(`has no symbol '${place}'`);
  return symbol.value;
}

/** Brings all pages of code into memory: lifting reads what is there only. */
function bringIn(machine: Machine, bytes: Uint8Array, bias: number): void {
  for (const { at, view, little, type } of programHeaders(bytes)) {
    if (type !== PT_LOAD || !(view.getUint32(at + 24, little) & PF_X)) continue;
    const start = view.getUint32(at + 8, little) + bias;
    const end = start + view.getUint32(at + 16, little);
    for (let page = start; page < end; page += PAGE_SIZE - (page & (PAGE_SIZE - 1))) machine.memory.read(page >>> 0, 1);
  }
}

function stagesOf(machine: Machine, arch: ArchPlugin, { ir, after, terminal }: ExplainedBlock): BlockStages {
  const instructions = Array.from({ length: ir.count }, (_, insn) => {
    const guest = disassemblyOf(machine, arch, ir.insnPc[insn]!, ir.insnMode?.[insn] ?? ir.mode);
    return { ...guest, lifted: liftedLines(ir, insn, arch), after: after[insn]!.lines };
  });
  return { instructions, terminal: { lifted: printTerminal(ir.terminal), after: terminal.split('\n') } };
}

function liftedLines(ir: IrBlock, insn: number, { isa }: ArchPlugin): string[] {
  const end = ir.insnFirstOp[insn + 1] ?? ir.code.length / OP_STRIDE;
  const lines: string[] = [];
  for (let at = ir.insnFirstOp[insn]!; at < end; at++) lines.push(printOperation(ir, at, isa.layout));
  return lines;
}

function disassemblyOf(machine: Machine, { isa }: ArchPlugin, pc: number, mode: number) {
  const address = (pc & -isa.instructionAlign) >>> 0;
  const bytes = readAhead(machine, address, isa.maxInstructionBytes);
  const code: CodeReader = { byte: (at) => bytes[(at >>> 0) - address] ?? -1 };
  const found = isa.disassemble(code, pc, mode);
  const digits = Array.from(bytes.subarray(0, found?.length ?? 0), (byte) => byte.toString(16).padStart(2, '0'));
  return { address, bytes: digits.join(' '), text: found?.text ?? '(not readable)' };
}

/** The bytes from an address, fewer where the next page is not there. */
function readAhead(machine: Machine, address: number, length: number): Uint8Array {
  for (let left = length; left > 0; left--) {
    const bytes = machine.memory.read(address, left);
    if (bytes) return bytes;
  }
  return new Uint8Array();
}
