/** Slots of the CPU state that the privileged side works on, by name. */
import type { Cpu } from '@kml/core';
import { GENERAL, reg, SEGMENTS } from '../state.ts';

/** General registers by their encoding number. */
export const GENERAL_SLOTS = GENERAL.map((name) => reg(name));
export const EAX = reg('eax');
export const ECX = reg('ecx');
export const EDX = reg('edx');
export const EBX = reg('ebx');
export const ESP = reg('esp');
export const EBP = reg('ebp');
export const ESI = reg('esi');
export const EDI = reg('edi');

/** Numbers of the segment registers, as instructions encode them. */
export const SEG_ES = 0;
export const SEG_CS = 1;
export const SEG_SS = 2;
export const SEG_DS = 3;
export const SEG_FS = 4;
export const SEG_GS = 5;

/** Selector and descriptor cache of each segment register. */
export const SELECTOR = SEGMENTS.map((name) => reg(name));
export const BASE = SEGMENTS.map((name) => reg(`${name}Base`));
export const LIMIT = SEGMENTS.map((name) => reg(`${name}Limit`));
export const ATTR = SEGMENTS.map((name) => reg(`${name}Attr`));

export const LDTR = reg('ldtr');
export const LDTR_BASE = reg('ldtrBase');
export const LDTR_LIMIT = reg('ldtrLimit');
export const LDTR_ATTR = reg('ldtrAttr');
export const TR = reg('tr');
export const TR_BASE = reg('trBase');
export const TR_LIMIT = reg('trLimit');
export const TR_ATTR = reg('trAttr');
export const GDTR_BASE = reg('gdtrBase');
export const GDTR_LIMIT = reg('gdtrLimit');
export const IDTR_BASE = reg('idtrBase');
export const IDTR_LIMIT = reg('idtrLimit');

export const CR0 = reg('cr0');
export const CR2 = reg('cr2');
export const CR3 = reg('cr3');
export const CR4 = reg('cr4');
export const DR = ['dr0', 'dr1', 'dr2', 'dr3', 'dr6', 'dr7'].map((name) => reg(name));
export const DR6 = reg('dr6');
export const DR7 = reg('dr7');
export const SYSENTER_CS = reg('sysenterCs');
export const SYSENTER_ESP = reg('sysenterEsp');
export const SYSENTER_EIP = reg('sysenterEip');

/** Control-register bits. SDM vol. 3, 2.5. */
export const CR0_PE = 0x1;
export const CR0_MP = 0x2;
export const CR0_EM = 0x4;
export const CR0_TS = 0x8;
export const CR0_ET = 0x10;
export const CR0_NE = 0x20;
export const CR0_WP = 0x1_0000;
export const CR0_AM = 0x4_0000;
export const CR0_NW = 0x2000_0000;
export const CR0_CD = 0x4000_0000;
export const CR0_PG = 0x8000_0000 | 0;
export const CR4_TSD = 0x4;
export const CR4_PGE = 0x80;
export const CR4_PCE = 0x100;
export const CR4_OSFXSR = 0x200;
export const CR4_OSXMMEXCPT = 0x400;
/** Bits of CR4 that a Pentium 4 has; setting another is #GP(0). */
export const CR4_DEFINED = 0x7ff;

/** Current privilege level: CS's RPL always equals it. */
export function cplOf(cpu: Cpu): number {
  return cpu.get(SELECTOR[SEG_CS]!) & 3;
}

/** EIP of a linear code address. */
export function eipOf(cpu: Cpu, linear: number): number {
  return (linear - cpu.get(BASE[SEG_CS]!)) | 0;
}
