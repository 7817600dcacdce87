import type { Cpu } from '../cpu/cpu.ts';
import type { AlignmentVectors, Helper } from '../isa-backend.ts';
import {
  CLOCK_ADDRESS,
  CYCLES_BASE_ADDRESS,
  TABLE_SUPERVISOR,
  TABLE_WRITE,
  TABLES_ADDRESS,
} from '../memory/memory-map.ts';
import { type FastCode, FLAT_STRIDE, type FlatBlock } from './flat-block.ts';
import { FIRST_MEMORY_OP, MEMORY_OPS } from './flat-ops.ts';
import { observedCode } from './flatten.ts';
import { SlowAccess } from './slow-access.ts';
import type { ValueOps } from './value-ops.ts';

/** Told of each guest memory access of interpreted code, before it is made: address, bytes, what for. */
export type AccessObserver = (address: number, bytes: number, access: 'read' | 'write') => void;

const CYCLES_HIGH = (CLOCK_ADDRESS >> 2) + 1;
const CYCLES_BASE = CYCLES_BASE_ADDRESS >> 2;

/** Runs flat blocks. Values and slots are words of the memory; nothing is allocated while it runs. */
export class Interpreter {
  readonly slow: SlowAccess;
  /** Place in the code of the operation under way, kept where something may be thrown. */
  private at = 0;
  /** Where the code of the running block begins, and where in it each instruction. */
  private base = 0;
  private starts: Int32Array = new Int32Array(2);
  private startsAt = 0;
  private count = 0;
  /** After execute answered false: the instruction of the block that is next. */
  left = 0;
  /** Vector and error code of the trapIf that was taken, or -1. */
  trapVector = -1;
  trapError = 0;
  observer: AccessObserver | undefined;
  private readonly cpu: Cpu;
  private readonly helpers: readonly Helper[];
  private readonly valueOps: ValueOps;
  private readonly scratch: number;
  /** Address bits that must be clear for the quick way of accesses of 2, 4 and 8 bytes. */
  private readonly align16: number;
  private readonly align32: number;
  private readonly align64: number;

  /**
   * @param scratch word index of four free words, 16-byte aligned.
   * @param alignment see IsaBackend.
   */
  constructor(cpu: Cpu, helpers: readonly Helper[], valueOps: ValueOps, scratch: number, alignment?: AlignmentVectors) {
    this.cpu = cpu;
    this.helpers = helpers;
    this.valueOps = valueOps;
    this.slow = new SlowAccess(cpu, alignment);
    this.scratch = scratch;
    const aligned = alignment !== undefined;
    this.align16 = aligned || cpu.memory.bigEndian ? 1 : 0;
    this.align32 = aligned || cpu.memory.bigEndian ? 3 : 0;
    this.align64 = aligned ? 7 : 3;
  }

  /**
   * Runs the first `count` instructions of a block (not its terminal). True if all went by; false
   * where the block is to be left before instruction `left`: for a trapIf that was taken (trapVector
   * set), after a store into code otherwise. Throws GuestFault, with `at` saying where.
   */
  execute(block: FlatBlock, count: number): boolean {
    const { fast, code } = block;
    if (this.observer !== undefined) {
      block.observed ??= observedCode(block);
      return this.run(block, block.observed, 0, code, block.starts, count);
    }
    if (fast === undefined || count < block.count) return this.run(block, code, block.base, code, block.starts, count);
    if (this.run(block, fast.code, fast.base, fast.code, fast.starts, count)) return true;
    this.makeUp(block, fast, this.left);
    return false;
  }

  /** The instruction of the block whose operation threw; what fast code had deferred before it is made up for. */
  faulting(block: FlatBlock): number {
    const index = this.instructionAt(this.at);
    const { fast } = block;
    if (fast !== undefined && this.starts === fast.code && this.startsAt === fast.starts) {
      this.makeUp(block, fast, index);
    }
    return index;
  }

  /** The slot writes that fast code left out, of the instructions before `instruction`, where they would still show. */
  private makeUp(block: FlatBlock, fast: FastCode, instruction: number): void {
    const m = this.cpu.i32;
    this.run(block, fast.code, fast.deferredBase, fast.code, fast.deferredStarts, instruction);
    const { sets } = fast;
    for (let at = 0; at < sets.length && sets[at]! < instruction; at += 5) {
      if (sets[at + 1]! < instruction) continue;
      for (let word = 0; word < sets[at + 4]!; word++) m[sets[at + 2]! + word] = m[sets[at + 3]! + word]!;
    }
  }

  /** Runs `count` instructions of the operations at `base` of `code`; instruction n starts at `starts[startsAt + n]` of them. */
  private run(
    block: FlatBlock,
    code: Int32Array,
    base: number,
    starts: Int32Array,
    startsAt: number,
    count: number,
  ): boolean {
    this.base = base;
    this.starts = starts;
    this.startsAt = startsAt;
    this.count = block.count;
    const m = this.cpu.i32;
    const u8 = this.cpu.u8;
    const memory = this.cpu.memory;
    const u16 = memory.u16;
    const view = memory.view;
    const slow = this.slow;
    const supervisor = block.supervisor;
    const readTable = (m[TABLES_ADDRESS >> 2]! + (supervisor ? TABLE_SUPERVISOR : 0)) >>> 2;
    const writeTable = readTable + (TABLE_WRITE >> 2);
    // Word-swapped memory of a big-endian guest: bytes and half-words move.
    const big = memory.bigEndian;
    const swap8 = big ? 3 : 0;
    const swap16 = big ? 2 : 0;
    const { align16, align32, align64 } = this;
    const low = big ? 1 : 0;
    let end = base + starts[startsAt + count]!;
    let left = false;
    let ip = base;
    while (ip < end) {
      switch (code[ip]) {
        case 0: // const32
          m[code[ip + 1]!] = code[ip + 5]!;
          break;
        case 1: // add
          m[code[ip + 1]!] = m[code[ip + 2]!]! + m[code[ip + 3]!]!;
          break;
        case 2: // sub
          m[code[ip + 1]!] = m[code[ip + 2]!]! - m[code[ip + 3]!]!;
          break;
        case 3: // mul
          m[code[ip + 1]!] = Math.imul(m[code[ip + 2]!]!, m[code[ip + 3]!]!);
          break;
        case 4: // divS
          m[code[ip + 1]!] = m[code[ip + 2]!]! / m[code[ip + 3]!]!;
          break;
        case 5: // divU
          m[code[ip + 1]!] = (m[code[ip + 2]!]! >>> 0) / (m[code[ip + 3]!]! >>> 0);
          break;
        case 6: // remS
          m[code[ip + 1]!] = m[code[ip + 2]!]! % m[code[ip + 3]!]!;
          break;
        case 7: // remU
          m[code[ip + 1]!] = (m[code[ip + 2]!]! >>> 0) % (m[code[ip + 3]!]! >>> 0);
          break;
        case 8: // and
          m[code[ip + 1]!] = m[code[ip + 2]!]! & m[code[ip + 3]!]!;
          break;
        case 9: // or
          m[code[ip + 1]!] = m[code[ip + 2]!]! | m[code[ip + 3]!]!;
          break;
        case 10: // xor
          m[code[ip + 1]!] = m[code[ip + 2]!]! ^ m[code[ip + 3]!]!;
          break;
        case 11: // shl
          m[code[ip + 1]!] = m[code[ip + 2]!]! << m[code[ip + 3]!]!;
          break;
        case 12: // shrS
          m[code[ip + 1]!] = m[code[ip + 2]!]! >> m[code[ip + 3]!]!;
          break;
        case 13: // shrU
          m[code[ip + 1]!] = m[code[ip + 2]!]! >>> m[code[ip + 3]!]!;
          break;
        case 14: {
          // rotl
          const value = m[code[ip + 2]!]!;
          const count = m[code[ip + 3]!]!;
          m[code[ip + 1]!] = (value << count) | (value >>> -count);
          break;
        }
        case 15: {
          // rotr
          const value = m[code[ip + 2]!]!;
          const count = m[code[ip + 3]!]!;
          m[code[ip + 1]!] = (value >>> count) | (value << -count);
          break;
        }
        case 16: // clz
          m[code[ip + 1]!] = Math.clz32(m[code[ip + 2]!]!);
          break;
        case 17: {
          // ctz
          const value = m[code[ip + 2]!]!;
          m[code[ip + 1]!] = value === 0 ? 32 : 31 - Math.clz32(value & -value);
          break;
        }
        case 18: {
          // popcnt
          let value = m[code[ip + 2]!]!;
          value -= (value >>> 1) & 0x55555555;
          value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
          m[code[ip + 1]!] = Math.imul((value + (value >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
          break;
        }
        case 19: // ext8
          m[code[ip + 1]!] = (m[code[ip + 2]!]! << 24) >> 24;
          break;
        case 20: // ext16
          m[code[ip + 1]!] = (m[code[ip + 2]!]! << 16) >> 16;
          break;
        case 21: // eqz
          m[code[ip + 1]!] = m[code[ip + 2]!]! === 0 ? 1 : 0;
          break;
        case 22: // eq
          m[code[ip + 1]!] = m[code[ip + 2]!]! === m[code[ip + 3]!]! ? 1 : 0;
          break;
        case 23: // ne
          m[code[ip + 1]!] = m[code[ip + 2]!]! !== m[code[ip + 3]!]! ? 1 : 0;
          break;
        case 24: // ltS
          m[code[ip + 1]!] = m[code[ip + 2]!]! < m[code[ip + 3]!]! ? 1 : 0;
          break;
        case 25: // ltU
          m[code[ip + 1]!] = m[code[ip + 2]!]! >>> 0 < m[code[ip + 3]!]! >>> 0 ? 1 : 0;
          break;
        case 26: // gtS
          m[code[ip + 1]!] = m[code[ip + 2]!]! > m[code[ip + 3]!]! ? 1 : 0;
          break;
        case 27: // gtU
          m[code[ip + 1]!] = m[code[ip + 2]!]! >>> 0 > m[code[ip + 3]!]! >>> 0 ? 1 : 0;
          break;
        case 28: // leS
          m[code[ip + 1]!] = m[code[ip + 2]!]! <= m[code[ip + 3]!]! ? 1 : 0;
          break;
        case 29: // leU
          m[code[ip + 1]!] = m[code[ip + 2]!]! >>> 0 <= m[code[ip + 3]!]! >>> 0 ? 1 : 0;
          break;
        case 30: // geS
          m[code[ip + 1]!] = m[code[ip + 2]!]! >= m[code[ip + 3]!]! ? 1 : 0;
          break;
        case 31: // geU
          m[code[ip + 1]!] = m[code[ip + 2]!]! >>> 0 >= m[code[ip + 3]!]! >>> 0 ? 1 : 0;
          break;
        case 32: // select
          m[code[ip + 1]!] = m[code[ip + 4]!]! !== 0 ? m[code[ip + 2]!]! : m[code[ip + 3]!]!;
          break;
        case 33: // wrap, bitsOfF32, f32OfBits
          m[code[ip + 1]!] = m[code[ip + 2]!]!;
          break;
        case 34: {
          // bitsOfF64, f64OfBits
          const to = code[ip + 1]!;
          const from = code[ip + 2]!;
          m[to] = m[from]!;
          m[to + 1] = m[from + 1]!;
          break;
        }
        case 35: {
          // extendU
          const to = code[ip + 1]!;
          m[to] = m[code[ip + 2]!]!;
          m[to + 1] = 0;
          break;
        }
        case 36: {
          // extendS
          const to = code[ip + 1]!;
          const value = m[code[ip + 2]!]!;
          m[to] = value;
          m[to + 1] = value >> 31;
          break;
        }
        case 37: {
          // select64
          const to = code[ip + 1]!;
          const from = m[code[ip + 4]!]! !== 0 ? code[ip + 2]! : code[ip + 3]!;
          m[to] = m[from]!;
          m[to + 1] = m[from + 1]!;
          break;
        }
        case 38: // get
          m[code[ip + 1]!] = m[code[ip + 5]!]!;
          break;
        case 39: // set
          m[code[ip + 5]!] = m[code[ip + 2]!]!;
          break;
        case 40: {
          // get64, getF64
          const to = code[ip + 1]!;
          const from = code[ip + 5]!;
          m[to] = m[from]!;
          m[to + 1] = m[from + 1]!;
          break;
        }
        case 41: {
          // set64, setF64
          const to = code[ip + 5]!;
          const from = code[ip + 2]!;
          m[to] = m[from]!;
          m[to + 1] = m[from + 1]!;
          break;
        }
        case 42:
          copy4(m, code[ip + 1]!, code[ip + 5]!); // getV
          break;
        case 43:
          copy4(m, code[ip + 5]!, code[ip + 2]!); // setV
          break;
        case 44: // peek32
          m[code[ip + 1]!] = m[(code[ip + 5]! + m[code[ip + 2]!]!) >>> 2]!;
          break;
        case 45: // poke32
          m[(code[ip + 5]! + m[code[ip + 2]!]!) >>> 2] = m[code[ip + 3]!]!;
          break;
        case 46: {
          // peek64
          const to = code[ip + 1]!;
          const from = (code[ip + 5]! + m[code[ip + 2]!]!) >>> 2;
          m[to] = m[from]!;
          m[to + 1] = m[from + 1]!;
          break;
        }
        case 47: {
          // poke64
          const to = (code[ip + 5]! + m[code[ip + 2]!]!) >>> 2;
          const from = code[ip + 3]!;
          m[to] = m[from]!;
          m[to + 1] = m[from + 1]!;
          break;
        }
        case 48: {
          // load8u
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0) m[code[ip + 1]!] = u8[((address + word + 1) ^ swap8) >>> 0]!;
          else {
            this.at = ip;
            m[code[ip + 1]!] = slow.load(address, 1, 'read', supervisor);
          }
          break;
        }
        case 49: {
          // load8s
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0) m[code[ip + 1]!] = (u8[((address + word + 1) ^ swap8) >>> 0]! << 24) >> 24;
          else {
            this.at = ip;
            m[code[ip + 1]!] = (slow.load(address, 1, 'read', supervisor) << 24) >> 24;
          }
          break;
        }
        case 50: {
          // load16u
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4094 && (address & align16) === 0) {
            const at = (address + word + 1) >>> 0;
            m[code[ip + 1]!] = (at & 1) === 0 ? u16[(at ^ swap16) >>> 1]! : view.getUint16(at, true);
          } else {
            this.at = ip;
            m[code[ip + 1]!] = slow.load(address, 2, 'read', supervisor);
          }
          break;
        }
        case 51: {
          // load16s
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4094 && (address & align16) === 0) {
            const at = (address + word + 1) >>> 0;
            const value = (at & 1) === 0 ? u16[(at ^ swap16) >>> 1]! : view.getUint16(at, true);
            m[code[ip + 1]!] = (value << 16) >> 16;
          } else {
            this.at = ip;
            m[code[ip + 1]!] = (slow.load(address, 2, 'read', supervisor) << 16) >> 16;
          }
          break;
        }
        case 52: {
          // load32, loadF32
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4092 && (address & align32) === 0) {
            const at = (address + word + 1) >>> 0;
            m[code[ip + 1]!] = (at & 3) === 0 ? m[at >>> 2]! : view.getInt32(at, true);
          } else {
            this.at = ip;
            m[code[ip + 1]!] = slow.load(address, 4, 'read', supervisor);
          }
          break;
        }
        case 53: {
          // load64, loadF64
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4088 && (address & align64) === 0) {
            const from = (address + word + 1) >>> 2;
            const to = code[ip + 1]!;
            m[to] = m[from + low]!;
            m[to + 1] = m[from + 1 - low]!;
          } else {
            this.at = ip;
            slow.loadWords(address, 8, 'read', supervisor, code[ip + 1]!);
          }
          break;
        }
        case 54: {
          // loadV
          const address = m[code[ip + 2]!]!;
          const word = m[readTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4080 && (address & 3) === 0 && !big) {
            copy4(m, code[ip + 1]!, (address + word + 1) >>> 2);
          } else {
            this.at = ip;
            slow.loadWords(address, 16, 'read', supervisor, code[ip + 1]!);
          }
          break;
        }
        case 55: {
          // load8uW
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0) m[code[ip + 1]!] = u8[((address + word + 1) ^ swap8) >>> 0]!;
          else {
            this.at = ip;
            m[code[ip + 1]!] = slow.load(address, 1, 'write', supervisor);
          }
          break;
        }
        case 56: {
          // load16uW
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4094 && (address & align16) === 0) {
            const at = (address + word + 1) >>> 0;
            m[code[ip + 1]!] = (at & 1) === 0 ? u16[(at ^ swap16) >>> 1]! : view.getUint16(at, true);
          } else {
            this.at = ip;
            m[code[ip + 1]!] = slow.load(address, 2, 'write', supervisor);
          }
          break;
        }
        case 57: {
          // load32W
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4092 && (address & align32) === 0) {
            const at = (address + word + 1) >>> 0;
            m[code[ip + 1]!] = (at & 3) === 0 ? m[at >>> 2]! : view.getInt32(at, true);
          } else {
            this.at = ip;
            m[code[ip + 1]!] = slow.load(address, 4, 'write', supervisor);
          }
          break;
        }
        case 58: {
          // load64W
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4088 && (address & align64) === 0) {
            const from = (address + word + 1) >>> 2;
            const to = code[ip + 1]!;
            m[to] = m[from + low]!;
            m[to + 1] = m[from + 1 - low]!;
          } else {
            this.at = ip;
            slow.loadWords(address, 8, 'write', supervisor, code[ip + 1]!);
          }
          break;
        }
        case 59: {
          // store8
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0) u8[((address + word + 1) ^ swap8) >>> 0] = m[code[ip + 3]!]!;
          else {
            this.at = ip;
            slow.store(address, 1, m[code[ip + 3]!]!, supervisor);
            if (slow.codeWritten) {
              end = this.endAfterCodeWrite(ip);
              left = true;
            }
          }
          break;
        }
        case 60: {
          // store16
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4094 && (address & align16) === 0) {
            const at = (address + word + 1) >>> 0;
            if ((at & 1) === 0) u16[(at ^ swap16) >>> 1] = m[code[ip + 3]!]!;
            else view.setInt16(at, m[code[ip + 3]!]!, true);
          } else {
            this.at = ip;
            slow.store(address, 2, m[code[ip + 3]!]!, supervisor);
            if (slow.codeWritten) {
              end = this.endAfterCodeWrite(ip);
              left = true;
            }
          }
          break;
        }
        case 61: {
          // store32, storeF32
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4092 && (address & align32) === 0) {
            const at = (address + word + 1) >>> 0;
            if ((at & 3) === 0) m[at >>> 2] = m[code[ip + 3]!]!;
            else view.setInt32(at, m[code[ip + 3]!]!, true);
          } else {
            this.at = ip;
            slow.store(address, 4, m[code[ip + 3]!]!, supervisor);
            if (slow.codeWritten) {
              end = this.endAfterCodeWrite(ip);
              left = true;
            }
          }
          break;
        }
        case 62: {
          // store64, storeF64
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4088 && (address & align64) === 0) {
            const to = (address + word + 1) >>> 2;
            const from = code[ip + 3]!;
            m[to + low] = m[from]!;
            m[to + 1 - low] = m[from + 1]!;
          } else {
            this.at = ip;
            slow.storeWords(address, 8, supervisor, code[ip + 3]!);
            if (slow.codeWritten) {
              end = this.endAfterCodeWrite(ip);
              left = true;
            }
          }
          break;
        }
        case 63: {
          // storeV
          const address = m[code[ip + 2]!]!;
          const word = m[writeTable + (address >>> 12)]!;
          if (word !== 0 && (address & 4095) <= 4080 && (address & 3) === 0 && !big) {
            copy4(m, (address + word + 1) >>> 2, code[ip + 3]!);
          } else {
            this.at = ip;
            slow.storeWords(address, 16, supervisor, code[ip + 3]!);
            if (slow.codeWritten) {
              end = this.endAfterCodeWrite(ip);
              left = true;
            }
          }
          break;
        }
        case 64: // probeW
          this.at = ip;
          slow.probeWrite(m[code[ip + 2]!]!, code[ip + 5]!, supervisor);
          break;
        case 65: // helper
          this.at = ip;
          m[code[ip + 1]!] = this.helpers[code[ip + 5]!]!(
            this.cpu,
            m[code[ip + 2]!]!,
            m[code[ip + 3]!]!,
            m[code[ip + 4]!]!,
          );
          break;
        case 66: // trapIf
          if (m[code[ip + 2]!]! !== 0) {
            this.trapVector = code[ip + 5]!;
            this.trapError = m[code[ip + 3]!]!;
            this.left = this.instructionAt(ip);
            return false;
          }
          break;
        case 67: {
          // cycles: those before this run, in this run, in this block
          const to = code[ip + 1]!;
          const sum = (m[CYCLES_BASE]! >>> 0) + (m[CYCLES_HIGH]! >>> 0) + code[ip + 5]!;
          m[to] = sum;
          m[to + 1] = m[CYCLES_BASE + 1]! + Math.floor(sum / 0x1_0000_0000);
          break;
        }
        case 68: {
          // const64
          const to = code[ip + 1]!;
          m[to] = code[ip + 5]!;
          m[to + 1] = code[ip + 4]!;
          break;
        }
        case 69:
          this.putConstant(block, code[ip + 5]!, code[ip + 1]!);
          break;
        case 70: // shuffleV
          this.putConstant(block, code[ip + 5]!, this.scratch);
          this.valueOps.shuffle(code[ip + 1]! << 2, code[ip + 2]! << 2, code[ip + 3]! << 2, this.scratch << 2);
          break;
        case 71: // a WebAssembly function
          this.valueOps.functions[code[ip + 5]!]!(
            code[ip + 1]! << 2,
            code[ip + 2]! << 2,
            code[ip + 3]! << 2,
            code[ip + 4]! << 2,
          );
          break;
        case 72: // observed memory operation
          this.at = ip;
          this.observe(block, ip);
          if (slow.codeWritten) {
            end = this.endAfterCodeWrite(ip);
            left = true;
          }
          break;
        case 73: // the next operation on a condition
          if (m[code[ip + 2]!]! === 0) {
            m[code[ip + 1]!] = m[code[ip + 3]!]!;
            ip += FLAT_STRIDE;
          }
          break;
        default:
          throw new TypeError(`no flat operation ${code[ip]}`);
      }
      ip += FLAT_STRIDE;
    }
    return !left || this.left >= count;
  }

  /** Start of the instruction behind the one at `ip`: there the block is left, its code may be stale. */
  private endAfterCodeWrite(ip: number): number {
    this.slow.codeWritten = false;
    this.left = this.instructionAt(ip) + 1;
    return this.base + this.starts[this.startsAt + this.left]!;
  }

  /** Which instruction of the running block the place `ip` of its code belongs to. */
  private instructionAt(ip: number): number {
    const { starts, startsAt, count } = this;
    const place = ip - this.base;
    let index = 0;
    while (index + 1 < count && starts[startsAt + index + 1]! <= place) index++;
    return index;
  }

  private putConstant(block: FlatBlock, index: number, place: number): void {
    const words = block.constants[index]!;
    for (let word = 0; word < 4; word++) this.cpu.i32[place + word] = words[word]!;
  }

  /** A memory operation, told to the observer and done the slow way. */
  private observe(block: FlatBlock, ip: number): void {
    const { slow } = this;
    const { supervisor } = block;
    const code = block.observed!;
    const m = this.cpu.i32;
    const operation = block.code[block.base + ip]! - FIRST_MEMORY_OP;
    const { bytes, access } = MEMORY_OPS[operation]!;
    const address = m[code[ip + 2]!]!;
    const dst = code[ip + 1]!;
    this.observer!(address, bytes, access);
    if (operation < 11) {
      if (bytes > 4) slow.loadWords(address, bytes, access, supervisor, dst);
      else {
        const value = slow.load(address, bytes, access, supervisor);
        m[dst] = operation === 1 ? (value << 24) >> 24 : operation === 3 ? (value << 16) >> 16 : value;
      }
    } else if (bytes > 4) slow.storeWords(address, bytes, supervisor, code[ip + 3]!);
    else slow.store(address, bytes, m[code[ip + 3]!]!, supervisor);
  }
}

function copy4(m: Int32Array, to: number, from: number): void {
  m[to] = m[from]!;
  m[to + 1] = m[from + 1]!;
  m[to + 2] = m[from + 2]!;
  m[to + 3] = m[from + 3]!;
}
