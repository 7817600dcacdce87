/** What a machine refuses to do: one line for the user, and the exit status it stands for (125, 126, 127). */
export class MachineError extends Error {
  readonly status: number;

  constructor(message: string, status = 125) {
    super(message);
    this.status = status;
  }
}
