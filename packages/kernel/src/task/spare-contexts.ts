/** Memory of switched-out CPU states, handed on from tasks that have ended: making one anew is a call into the host. */
const spare: Uint8Array[] = [];
const MOST_SPARE = 32;
const NONE = new Uint8Array(0);

/** A CPU state of zeros. @param bytes StateLayout.size */
export function takeContext(bytes: number): Uint8Array {
  const context = spare.pop();
  return context?.length === bytes ? context.fill(0) : new Uint8Array(bytes);
}

/** A task will not run again: its context goes to others. */
export function giveContext(task: { context: Uint8Array }): void {
  if (task.context.length > 0 && spare.length < MOST_SPARE) spare.push(task.context);
  task.context = NONE;
}
