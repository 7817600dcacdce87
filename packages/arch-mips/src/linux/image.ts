/** The kernel image: text from entry/, data as the entry code wants it at boot. */
import { argumentPlaces, CPU_AREA, type KernelImage, syscallRows } from '@kml/kernel';
import { ADEL, ADES, INT, SYS } from '../isa/index.ts';
import { wordBytes } from './asm/assembler.ts';
import { NR_SYSCALLS } from './entry/constants.ts';
import { entryLabel, KERNEL_CODE } from './entry/kernel-text.ts';
import { FRAME_CALLS } from './entry/stubs.ts';
import {
  EXCEPTION_CODES,
  EXCEPTION_HANDLERS,
  KERNEL_DATA,
  KERNEL_DATA_BYTES,
  KERNEL_TEXT,
  KML_CALL_TABLE,
  SYS_CALL_TABLE,
} from './layout.ts';
import { PRIVATE_SYSCALLS } from './private-syscalls.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

/** Entry code by exception code; the rest goes to handle_exception. */
const HANDLERS: Readonly<Record<number, string>> = {
  [INT]: 'handle_int',
  [ADEL]: 'handle_ade',
  [ADES]: 'handle_ade',
  [SYS]: 'handle_sys',
};

const ROWS = syscallRows({ syscallNumbers: SYSCALL_NUMBERS, privateSyscalls: PRIVATE_SYSCALLS });
const REGISTER_ARGUMENTS = 4;

/** Which way direct calls of a number go; one that has no row may get a function of a program's. */
function directWay(number: number): string {
  if (FRAME_CALLS.has(SYSCALL_NUMBERS.get(number) ?? '')) return 'kml_special';
  const row = ROWS[number];
  return row !== undefined && argumentPlaces(row.args, true).words <= REGISTER_ARGUMENTS ? 'kml_fast' : 'kml_many';
}

function dataWords(): number[] {
  const words = new Array<number>(KERNEL_DATA_BYTES / 4).fill(0);
  const put = (address: number, value: number): void => {
    words[(address - KERNEL_DATA) / 4] = value;
  };
  for (let code = 0; code < EXCEPTION_CODES; code++) {
    put(EXCEPTION_HANDLERS + 4 * code, entryLabel(HANDLERS[code] ?? 'handle_exception'));
  }
  for (let number = 0; number < NR_SYSCALLS; number++) {
    put(SYS_CALL_TABLE + 4 * number, entryLabel(`stub_${number}`));
    put(KML_CALL_TABLE + 4 * number, entryLabel(directWay(number)));
  }
  return words;
}

function symbols(): Map<string, number> {
  const all = new Map<string, number>();
  for (const [label, address] of KERNEL_CODE.labels) {
    const stub = /^stub_(\d+)$/.exec(label);
    if (stub === null) all.set(label, address);
    else all.set(`sys_${SYSCALL_NUMBERS.get(Number(stub[1])) ?? `ni_${stub[1]}`}`, address);
  }
  all.set('cpu_area', KERNEL_DATA);
  all.set('current_thread_info', KERNEL_DATA + CPU_AREA.current);
  all.set('jiffies', KERNEL_DATA + CPU_AREA.jiffies);
  all.set('exception_handlers', EXCEPTION_HANDLERS);
  all.set('sys_call_table', SYS_CALL_TABLE);
  all.set('kml_call_table', KML_CALL_TABLE);
  return all;
}

/** Builds text and data. LinuxAbi.buildImage */
export function buildImage(byteOrder: 'big' | 'little'): KernelImage {
  const text = wordBytes(KERNEL_CODE.words, byteOrder);
  return {
    segments: [
      { address: KERNEL_TEXT, bytes: text, writable: false, executable: true },
      { address: KERNEL_DATA, bytes: wordBytes(dataWords(), byteOrder), writable: true, executable: false },
    ],
    symbols: symbols(),
    textStart: KERNEL_TEXT,
    textEnd: KERNEL_TEXT + text.length,
  };
}
