/** A bug of ours, or a kernel structure that can no longer be trusted: never an errno, never a guest fault. */
export class InternalError extends Error {
  /** Short stable name of what went wrong: 'kernel-address', 'frame-free', … */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'InternalError';
    this.code = code;
  }
}
