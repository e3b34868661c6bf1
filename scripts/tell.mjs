/** Prints a line for the person at the terminal: standard output belongs to what the program itself prints. */
export function tell(text) {
  process.stderr.write(`${text}\n`);
}
