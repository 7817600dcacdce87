/** A failure with its one line for the user and its exit status: 125 ours, 126 and 127 as a shell has them. */
export class Failure extends Error {
  readonly status: number;

  constructor(message: string, status = 125) {
    super(message);
    this.status = status;
  }
}
