import type { Dumped } from '../../decode/objdump.ts';

/** Follows ITSTATE through the instructions as they are listed. */
export class ItFollower {
  private it = 0;
  private at = -1;

  /** ITSTATE of this instruction; then it is the next one's turn. */
  next({ address, bytes, unit }: Dumped): number {
    if (address !== this.at || unit !== 2) this.it = 0;
    const now = this.it;
    this.at = address + bytes.length;
    const half = bytes[0]! | (bytes[1]! << 8);
    if (bytes.length === 2 && (half & 0xff00) === 0xbf00 && (half & 15) !== 0) this.it = half & 255;
    else this.it = (now & 7) === 0 ? 0 : (now & 0xe0) | ((now << 1) & 0x1f);
    return now;
  }
}

/** Without comments; a move of a register to itself is not called a nop. */
export function plain(text: string): string {
  const move = /^nop @ \((mov r(\d), r\2)\)$/.exec(text);
  if (move) return move[1]!;
  return text.replace(/\s*[@;].*$/, '').trim();
}
