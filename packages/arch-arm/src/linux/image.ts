/** The kernel image: text from entry/, the vectors page, data as the entry code wants it at boot. */
import { CPU_AREA, type KernelImage } from '@kml/kernel';
import { NR_SYSCALLS } from './entry/constants.ts';
import { entryLabel, KERNEL_CODE } from './entry/kernel-text.ts';
import { FRAME_CALLS } from './entry/stubs.ts';
import { VECTORS_PAGE } from './entry/vectors.ts';
import {
  ARM_CALL_TABLE,
  ARM_NR_COUNT,
  ARM_PRIVATE_CALLS,
  KERNEL_DATA,
  KERNEL_DATA_BYTES,
  KERNEL_TEXT,
  KML_CALL_TABLE,
  SYS_CALL_TABLE,
  VECTORS,
  VECTORS_PAGE_DATA,
} from './layout.ts';
import { PRIVATE_NUMBERS } from './private-syscalls.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

/** sys_call_table, the direct call's, and the table of the private numbers. */
function callTables(): Uint8Array {
  const bytes = new Uint8Array(KERNEL_DATA_BYTES);
  const view = new DataView(bytes.buffer);
  const put = (address: number, label: string): void => view.setUint32(address - KERNEL_DATA, entryLabel(label), true);
  for (let number = 0; number < NR_SYSCALLS; number++) {
    put(SYS_CALL_TABLE + 4 * number, `stub_${number}`);
    const special = FRAME_CALLS.has(SYSCALL_NUMBERS.get(number) ?? '');
    put(KML_CALL_TABLE + 4 * number, special ? 'kml_special' : 'kml_fast');
  }
  for (let n = 0; n < ARM_NR_COUNT; n++) put(ARM_CALL_TABLE + 4 * n, `stub_${ARM_PRIVATE_CALLS + n}`);
  return bytes;
}

function symbols(): Map<string, number> {
  const names = new Map([...SYSCALL_NUMBERS, ...PRIVATE_NUMBERS]);
  const all = new Map<string, number>();
  for (const [label, address] of KERNEL_CODE.labels) {
    const stub = /^stub_(\d+)$/.exec(label);
    if (stub === null) all.set(label, address);
    else all.set(`sys_${names.get(Number(stub[1])) ?? `ni_${stub[1]}`}`, address);
  }
  for (const [label, address] of VECTORS_PAGE.labels) if (label.startsWith('__kuser_')) all.set(label, address);
  all.set('vectors', VECTORS);
  all.set('vectors_page', VECTORS_PAGE_DATA);
  all.set('cpu_area', KERNEL_DATA);
  all.set('current_thread_info', KERNEL_DATA + CPU_AREA.current);
  all.set('jiffies', KERNEL_DATA + CPU_AREA.jiffies);
  all.set('sys_call_table', SYS_CALL_TABLE);
  all.set('kml_call_table', KML_CALL_TABLE);
  all.set('arm_call_table', ARM_CALL_TABLE);
  return all;
}

/** Builds text, vectors page and data. LinuxAbi.buildImage */
export function buildImage(): KernelImage {
  return {
    segments: [
      { address: KERNEL_TEXT, bytes: KERNEL_CODE.bytes, writable: false, executable: true },
      { address: KERNEL_DATA, bytes: callTables(), writable: true, executable: false },
      {
        address: VECTORS,
        bytes: VECTORS_PAGE.bytes,
        writable: false,
        executable: true,
        userName: '[vectors]',
        writableAt: VECTORS_PAGE_DATA,
      },
    ],
    symbols: symbols(),
    textStart: KERNEL_TEXT,
    textEnd: KERNEL_TEXT + KERNEL_CODE.bytes.length,
  };
}
