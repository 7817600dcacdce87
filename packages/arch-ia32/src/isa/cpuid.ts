import type { Cpu } from '@kml/core';
import { defineRoutine } from './host-functions.ts';
import { reg } from './state.ts';

const EAX = reg('eax');
const EBX = reg('ebx');
const ECX = reg('ecx');
const EDX = reg('edx');

/** Feature bits of CPUID leaf 1, EDX: what the tables implement. SDM vol. 2, CPUID, table 3-11. */
export const CPUID_FEATURES =
  (1 << 0) | // FPU
  (1 << 4) | // TSC
  (1 << 5) | // MSR
  (1 << 8) | // CX8
  (1 << 11) | // SEP
  (1 << 13) | // PGE
  (1 << 15) | // CMOV
  (1 << 19) | // CLFSH
  (1 << 23) | // MMX
  (1 << 24) | // FXSR
  (1 << 25) | // SSE
  (1 << 26); // SSE2

/** Family 15, model 2, stepping 9: a Pentium 4 "Northwood". */
export const CPUID_SIGNATURE = 0x0f29;

export const CPU_BRAND = 'Intel(R) Pentium(R) 4 CPU 2.40GHz';

type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

function textWords(text: string, offset: number): Leaf {
  const word = (at: number): number => {
    let value = 0;
    for (let i = 3; i >= 0; i--) value = (value << 8) | (text.charCodeAt(at + i) || 0);
    return value;
  };
  return [word(offset), word(offset + 4), word(offset + 8), word(offset + 12)];
}

const vendor = textWords('GenuntelineI', 0);

const LEAVES: ReadonlyMap<number, Leaf> = new Map<number, Leaf>([
  [0, [2, vendor[0], vendor[1], vendor[2]]],
  // EBX: CLFLUSH line of 8 quadwords.
  [1, [CPUID_SIGNATURE, 0x0800, 0, CPUID_FEATURES]],
  // Cache descriptors: 8 KiB first-level data, 12K trace cache, 512 KiB second level.
  [2, [0x665b5001, 0, 0, 0x007b7040]],
  [0x80000000 | 0, [0x80000004 | 0, 0, 0, 0]],
  [0x80000001 | 0, [0, 0, 0, 0]],
  [0x80000002 | 0, textWords(CPU_BRAND, 0)],
  [0x80000003 | 0, textWords(CPU_BRAND, 16)],
  [0x80000004 | 0, textWords(CPU_BRAND, 32)],
]);

/** System routine of CPUID: a leaf beyond the last gives the last basic one's data. SDM vol. 2, CPUID. */
export const cpuid = defineRoutine((cpu: Cpu, _a, _b, _c, next) => {
  const leaf = LEAVES.get(cpu.get(EAX)) ?? LEAVES.get(2)!;
  cpu.set(EAX, leaf[0]);
  cpu.set(EBX, leaf[1]);
  cpu.set(ECX, leaf[2]);
  cpu.set(EDX, leaf[3]);
  cpu.pc = next;
});
