/** What memory management keeps in KernelState: plain data under `sub.mm`. */
import type { Kernel } from '../kernel.ts';
import type { Inode, Mm, OpenFile } from '../types.ts';

/** Frame owners. */
export const FRAME_FREE = 0;
/** Kernel text, data and stacks, the zero page: never paged out, not counted by mappings. */
export const FRAME_KERNEL = 1;
/** Anonymous memory: private copies of file pages too. */
export const FRAME_ANON = 2;
/** A page of some inode's page cache. */
export const FRAME_CACHE = 3;

export interface MmState {
  frames: FrameState;
  swap: SwapState;
  /** All address spaces of processes, in order of creation: what the page-out scan walks. */
  mms: Mm[];
  /** Where the page-out scan goes on: index into `mms`, and the page there. */
  scan: { mm: number; page: number; frame: number };
  /** Page-out is at work: what it calls must not start it again. */
  reclaiming: boolean;
  /** The last page-out for user memory did not get beyond the reserve. */
  reclaimFailed: boolean;
  /** Next free kernel-stack slot never used, and slots given back. */
  stackSlots: { next: number; free: number[] };
  /** Frame of zeros that read faults of anonymous memory share. */
  zeroFrame: number;
  /** File behind the vDSO mapping, made at the first exec. */
  vdso: OpenFile | undefined;
  /** Where a file was last mapped from its beginning without a hint, by file identity. */
  lastPlaced: Map<string, number>;
  /** Serial of shared anonymous files. */
  nextSharedMemory: number;
}

export interface FrameState {
  /** Frames below this have been given out at least once; those above were never touched. */
  fresh: number;
  /** Stack of frames given back. */
  free: Int32Array;
  freeCount: number;
  /** FRAME_*, by frame. */
  owner: Uint8Array;
  /** References: page-table entries, plus one for the page cache. */
  refs: Int32Array;
  /** FRAME_CACHE: the inode and page index it belongs to. The inodes grow with `fresh`. */
  inode: (Inode | undefined)[];
  index: Int32Array;
  /** FRAME_CACHE: used since the scan last came by. */
  referenced: Uint8Array;
  /** FRAME_ANON: swap slot whose content equals the frame's, or 0. */
  slot: Int32Array;
  /** Frames that hold page-cache pages. */
  cached: number;
}

export interface SwapState {
  /** Slots 1 to `limit` may be used. */
  limit: number;
  used: number;
  /** Slots below this have been used at least once. */
  fresh: number;
  free: number[];
  /** Entries that name the slot, by slot. Grows with `fresh`. */
  refs: Int32Array;
  /** Slots whose content is also in a frame. */
  frames: Map<number, number>;
  /** By slot: 1 where the page is one word repeated, and that word. They grow with `refs`. */
  uniform: Uint8Array;
  word: Int32Array;
  /** Content of the other slots where the host has no swap port: chunks of SWAP_CHUNK_SLOTS pages. */
  chunks: (Uint8Array | undefined)[];
}

function createMmState(kernel: Kernel): MmState {
  const count = kernel.memory.frameCount;
  return {
    frames: {
      fresh: 0,
      free: new Int32Array(count),
      freeCount: 0,
      owner: new Uint8Array(count),
      refs: new Int32Array(count),
      inode: [],
      index: new Int32Array(count),
      referenced: new Uint8Array(count),
      slot: new Int32Array(count),
      cached: 0,
    },
    swap: {
      limit: kernel.options.swapPages,
      used: 0,
      fresh: 1,
      free: [],
      refs: new Int32Array(0),
      frames: new Map(),
      uniform: new Uint8Array(0),
      word: new Int32Array(0),
      chunks: [],
    },
    mms: [],
    scan: { mm: 0, page: 0, frame: 0 },
    reclaiming: false,
    reclaimFailed: false,
    stackSlots: { next: 0, free: [] },
    zeroFrame: -1,
    vdso: undefined,
    lastPlaced: new Map(),
    nextSharedMemory: 1,
  };
}

/** Memory management's state of this kernel. */
export function mmState(kernel: Kernel): MmState {
  const present = kernel.state.sub.mm as MmState | undefined;
  return present ?? ((kernel.state.sub.mm = createMmState(kernel)) as MmState);
}
