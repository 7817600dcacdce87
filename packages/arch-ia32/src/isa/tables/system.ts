import { type Row, row } from '../decode/row.ts';
import * as control from '../system/lift/control.ts';
import * as flags from '../system/lift/flags.ts';
import * as ports from '../system/lift/ports.ts';
import * as segments from '../system/lift/segments.ts';
import * as selectors from '../system/lift/selectors.ts';
import * as transfer from '../system/lift/transfer.ts';
import { SEG_DS, SEG_ES, SEG_FS, SEG_GS, SEG_SS } from '../system/registers.ts';

const PRIVILEGED = { test: { skip: 'privileged' } } as const;
const TRANSFER = { test: { skip: 'control transfer' } } as const;
const SEGMENT = { test: { skip: 'loads a segment register' } } as const;
const TABLES = { test: { skip: 'shows the host kernel' } } as const;

/** Segment registers. */
const segmentRows: readonly Row[] = [
  row('8C /r', 'mov', 'Ev,Sw', 'segmentRead', segments.movFromSegment, { section: 'MOV', ...TABLES }),
  row('8E /r', 'mov', 'Sw,Ew', 'segmentLoad', segments.movToSegment, { section: 'MOV', ...SEGMENT }),
  row('07', 'pop', 'ES', 'segmentLoad', segments.popSegment(SEG_ES), SEGMENT),
  row('17', 'pop', 'SS', 'segmentLoad', segments.popSegment(SEG_SS), SEGMENT),
  row('1F', 'pop', 'DS', 'segmentLoad', segments.popSegment(SEG_DS), SEGMENT),
  row('0F A1', 'pop', 'FS', 'segmentLoad', segments.popSegment(SEG_FS), SEGMENT),
  row('0F A9', 'pop', 'GS', 'segmentLoad', segments.popSegment(SEG_GS), SEGMENT),
  row('C4 /r', 'les', 'Gv,Mp', 'segmentLoad', segments.loadFarPointer(SEG_ES), SEGMENT),
  row('C5 /r', 'lds', 'Gv,Mp', 'segmentLoad', segments.loadFarPointer(SEG_DS), SEGMENT),
  row('0F B2 /r', 'lss', 'Gv,Mp', 'segmentLoad', segments.loadFarPointer(SEG_SS), SEGMENT),
  row('0F B4 /r', 'lfs', 'Gv,Mp', 'segmentLoad', segments.loadFarPointer(SEG_FS), SEGMENT),
  row('0F B5 /r', 'lgs', 'Gv,Mp', 'segmentLoad', segments.loadFarPointer(SEG_GS), SEGMENT),
];

/** Transfers that may change privilege or task. */
const transferRows: readonly Row[] = [
  row('9A', 'call', 'Ap', 'farTransfer', transfer.callFarDirect, TRANSFER),
  row('FF /3', 'call', 'Mp', 'farTransfer', transfer.callFarIndirect, TRANSFER),
  row('EA', 'jmp', 'Ap', 'farTransfer', transfer.jumpFarDirect, TRANSFER),
  row('FF /5', 'jmp', 'Mp', 'farTransfer', transfer.jumpFarIndirect, TRANSFER),
  row('CA iw', 'retf', 'Iw', 'farTransfer', transfer.retFar, { section: 'RET', ...TRANSFER }),
  row('CB', 'retf', '', 'farTransfer', transfer.retFar, { section: 'RET', ...TRANSFER }),
  row('CF', 'iretw|iret', '', 'iret', transfer.iret, { section: 'IRET', ...TRANSFER }),
  row('0F 34', 'sysenter', '', 'sysenter', transfer.sysenter, TRANSFER),
  row('0F 35', 'sysexit', '', 'sysexit', transfer.sysexit, PRIVILEGED),
];

/** EFLAGS and interrupts. */
const flagRows: readonly Row[] = [
  row('9D', 'popfw|popf', '', 'popf', flags.popf, { section: 'POPF', ...TRANSFER }),
  row('FA', 'cli', '', 'cli', flags.cli, PRIVILEGED),
  row('FB', 'sti', '', 'sti', flags.sti, PRIVILEGED),
  row('F4', 'hlt', '', 'hlt', flags.hlt, PRIVILEGED),
];

/** Control, debug, model-specific and descriptor-table registers. */
const controlRows: readonly Row[] = [
  row('0F 20 /r', 'mov', 'Rd,Cd', 'controlRead', control.movFromControl, { section: 'MOV', ...PRIVILEGED }),
  row('0F 22 /r', 'mov', 'Cd,Rd', 'controlWrite', control.movToControl, { section: 'MOV', ...PRIVILEGED }),
  row('0F 21 /r', 'mov', 'Rd,Dd', 'controlRead', control.movFromDebug, { section: 'MOV', ...PRIVILEGED }),
  row('0F 23 /r', 'mov', 'Dd,Rd', 'controlWrite', control.movToDebug, { section: 'MOV', ...PRIVILEGED }),
  row('0F 06', 'clts', '', 'controlWrite', control.clts, PRIVILEGED),
  row('0F 01 /4', 'smsw', 'Ev', 'controlRead', control.smsw, TABLES),
  row('0F 01 /6', 'lmsw', 'Ew', 'controlWrite', control.lmsw, PRIVILEGED),
  row('0F 30', 'wrmsr', '', 'msr', control.wrmsr, PRIVILEGED),
  row('0F 32', 'rdmsr', '', 'msr', control.rdmsr, PRIVILEGED),
  row('0F 33', 'rdpmc', '', 'msr', control.rdpmc, PRIVILEGED),
  row('0F 01 /0', 'sgdtd', 'Ms', 'tableStore', control.sgdt, { section: 'SGDT', ...TABLES }),
  row('0F 01 /1', 'sidtd', 'Ms', 'tableStore', control.sidt, { section: 'SIDT', ...TABLES }),
  row('0F 01 /2', 'lgdtd', 'Ms', 'tableLoad', control.lgdt, { section: 'LGDT', ...PRIVILEGED }),
  row('0F 01 /3', 'lidtd', 'Ms', 'tableLoad', control.lidt, { section: 'LIDT', ...PRIVILEGED }),
  row('0F 00 /0', 'sldt', 'Ev', 'tableStore', control.sldt, TABLES),
  row('0F 00 /1', 'str', 'Ev', 'tableStore', control.str, TABLES),
  row('0F 00 /2', 'lldt', 'Ew', 'tableLoad', control.lldt, PRIVILEGED),
  row('0F 00 /3', 'ltr', 'Ew', 'tableLoad', control.ltr, PRIVILEGED),
  row('0F 01 /7', 'invlpg', 'Mn', 'controlWrite', control.invlpg, PRIVILEGED),
  row('0F 08', 'invd', '', 'controlWrite', control.cacheControl, PRIVILEGED),
  row('0F 09', 'wbinvd', '', 'controlWrite', control.cacheControl, PRIVILEGED),
];

/** Questions about selectors. */
const selectorRows: readonly Row[] = [
  row('0F 02 /r', 'lar', 'Gv,Ew', 'selectorCheck', selectors.lar, TABLES),
  row('0F 03 /r', 'lsl', 'Gv,Ew', 'selectorCheck', selectors.lsl, TABLES),
  row('0F 00 /4', 'verr', 'Ew', 'selectorCheck', selectors.verr, TABLES),
  row('0F 00 /5', 'verw', 'Ew', 'selectorCheck', selectors.verw, TABLES),
  row('63 /r', 'arpl', 'Ew,Gw', 'alu', selectors.arpl),
];

/** Input and output. */
const portRows: readonly Row[] = [
  row('E4 ib', 'in', 'AL,Ib', 'port', ports.portIn, PRIVILEGED),
  row('E5 ib', 'in', 'eAX,Ib', 'port', ports.portIn, PRIVILEGED),
  row('EC', 'in', 'AL,DX', 'port', ports.portIn, PRIVILEGED),
  row('ED', 'in', 'eAX,DX', 'port', ports.portIn, PRIVILEGED),
  row('E6 ib', 'out', 'Ib,AL', 'port', ports.portOut, PRIVILEGED),
  row('E7 ib', 'out', 'Ib,eAX', 'port', ports.portOut, PRIVILEGED),
  row('EE', 'out', 'DX,AL', 'port', ports.portOut, PRIVILEGED),
  row('EF', 'out', 'DX,eAX', 'port', ports.portOut, PRIVILEGED),
  row('6C', 'ins', 'Yb,DX', 'port', ports.ins, { rep: 'rep', ...PRIVILEGED }),
  row('6D', 'ins', 'Yz,DX', 'port', ports.ins, { rep: 'rep', ...PRIVILEGED }),
  row('6E', 'outs', 'DX,Xb', 'port', ports.outs, { rep: 'rep', ...PRIVILEGED }),
  row('6F', 'outs', 'DX,Xz', 'port', ports.outs, { rep: 'rep', ...PRIVILEGED }),
];

/** The privileged side of the instruction set, and what shows of it to programs. */
export const systemRows: readonly Row[] = [
  ...segmentRows,
  ...transferRows,
  ...flagRows,
  ...controlRows,
  ...selectorRows,
  ...portRows,
];
