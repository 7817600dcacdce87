/** One line about what is wrong, or what to install; ends the process. */
export function fail(message) {
  console.error(`bench: ${message}`);
  process.exit(1);
}
