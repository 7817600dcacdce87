/** A line on standard error that says how far long work is: one that changes on a terminal, else a line each time. */
export function openProgress(quiet = false): { readonly say: (line: string) => void; readonly end: () => void } {
  const live = process.stderr.isTTY;
  let said = false;
  return {
    say(line) {
      if (quiet) return;
      said = true;
      process.stderr.write(live ? `\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}` : `${line}\n`);
    },
    end() {
      if (live && said) process.stderr.write('\r\x1b[K');
    },
  };
}
