/** The kernel image: text from entry/, data as the entry code wants it at boot. */
import type { KernelImage } from '@kml/kernel';
import { NR_SYSCALLS } from './entry/constants.ts';
import { entryLabel, KERNEL_CODE } from './entry/kernel-text.ts';
import { FRAME_CALLS } from './entry/stubs.ts';
import { area, KERNEL_DATA, KERNEL_DATA_BYTES, KERNEL_TEXT, KML_CALL_TABLE, SYS_CALL_TABLE } from './layout.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

function kernelData(): Uint8Array {
  const bytes = new Uint8Array(KERNEL_DATA_BYTES);
  const view = new DataView(bytes.buffer);
  for (let number = 0; number < NR_SYSCALLS; number++) {
    view.setUint32(SYS_CALL_TABLE - KERNEL_DATA + 4 * number, entryLabel(`stub_${number}`));
    const special = FRAME_CALLS.has(SYSCALL_NUMBERS.get(number) ?? '');
    view.setUint32(KML_CALL_TABLE - KERNEL_DATA + 4 * number, entryLabel(special ? 'kml_special' : 'kml_fast'));
  }
  return bytes;
}

function symbols(): Map<string, number> {
  const all = new Map<string, number>();
  for (const [label, address] of KERNEL_CODE.labels) {
    const stub = /^stub_(\d+)$/.exec(label);
    if (stub === null) all.set(label, address);
    else all.set(`sys_${SYSCALL_NUMBERS.get(Number(stub[1])) ?? `ni_${stub[1]}`}`, address);
  }
  all.set('cpu_area', KERNEL_DATA);
  all.set('current_thread_info', area('current'));
  all.set('jiffies', area('jiffies'));
  all.set('kml_call_table', KML_CALL_TABLE);
  all.set('sys_call_table', SYS_CALL_TABLE);
  return all;
}

/** Builds text and data. LinuxAbi.buildImage */
export function buildImage(): KernelImage {
  return {
    segments: [
      { address: KERNEL_TEXT, bytes: KERNEL_CODE.bytes, writable: false, executable: true },
      { address: KERNEL_DATA, bytes: kernelData(), writable: true, executable: false },
    ],
    symbols: symbols(),
    textStart: KERNEL_TEXT,
    textEnd: KERNEL_TEXT + KERNEL_CODE.bytes.length,
  };
}
