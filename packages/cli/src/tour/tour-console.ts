import type { HostConsole } from '@kml/machine';

/** A terminal for one experiment: shows what the guest prints, indented, and types when the guest says a given thing. */
export class TourConsole implements HostConsole {
  output = '';
  private readonly typed: Uint8Array[] = [];
  private atLineStart = true;
  private readonly answers: { on: string; type: string }[];
  private readonly show: (text: string) => void;

  constructor(show: (text: string) => void, answers: readonly { on: string; type: string }[]) {
    this.show = show;
    this.answers = [...answers];
  }

  isTty(): boolean {
    return true;
  }

  size(): { rows: number; columns: number } {
    return { rows: 24, columns: 80 };
  }

  write(_fd: 1 | 2, bytes: Uint8Array): number {
    const text = new TextDecoder().decode(bytes).replaceAll('\r', '');
    this.output += text;
    for (const piece of text.split(/(?<=\n)/)) {
      if (this.atLineStart) this.show('    ');
      this.show(piece);
      this.atLineStart = piece.endsWith('\n');
    }
    while (this.answers.length > 0 && this.output.includes(this.answers[0]!.on)) {
      this.typed.push(new TextEncoder().encode(this.answers.shift()!.type));
    }
    return 0;
  }

  read(): Uint8Array | undefined {
    return this.typed.shift();
  }

  setRaw(): void {}

  /** Ends a line the guest left open. */
  finish(): void {
    if (!this.atLineStart) this.show('\n');
  }
}
