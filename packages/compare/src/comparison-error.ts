/** A comparison that cannot be made as asked for: one line for the user. */
export class ComparisonError extends Error {}
