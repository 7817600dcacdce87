// A line on standard error that says what is measured, and how long the rest will take.

export class Progress {
  constructor(quiet) {
    this.quiet = quiet;
    this.started = performance.now();
    this.done = 0;
    this.total = 0;
    this.width = 0;
  }

  /** Begins a step, of the weight (in runs) that it was planned with. */
  begin(what) {
    if (this.quiet) return;
    if (this.total === 0) return this.show(what);
    const spent = (performance.now() - this.started) / 1000;
    const left = this.done > 0 ? (spent / this.done) * (this.total - this.done) : undefined;
    this.show(
      `[${Math.round((100 * this.done) / this.total)} %${left === undefined ? '' : `, ${duration(left)} left`}] ${what}`,
    );
  }

  end(weight) {
    this.done += weight;
    this.show('');
  }

  show(line) {
    if (this.quiet) return;
    if (process.stderr.isTTY) process.stderr.write(`\r${line.padEnd(this.width)}\r${line}`);
    else if (line) process.stderr.write(`${line}\n`);
    this.width = line.length;
  }
}

function duration(seconds) {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
