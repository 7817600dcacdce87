/** A line on standard error that says how far long work is: one that changes on a terminal, else a line each time. */
export function openProgress(quiet = false): { readonly say: (line: string) => void; readonly end: () => void } {
  // Node makes a stream of standard error at the first look, and most have nothing to say.
  const live = (): boolean => process.stderr.isTTY;
  let said = false;
  return {
    say(line) {
      if (quiet) return;
      said = true;
      process.stderr.write(live() ? `\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`);
    },
    end() {
      if (said && live()) process.stderr.write('\r\x1b[K');
    },
  };
}
