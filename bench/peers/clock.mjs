/**
 * Milliseconds of the machine's steady clock. Every process on one machine reads the same clock, so the venue's
 * process and the caller's may subtract each other's readings; the wall clock may step between two of them.
 * @returns {number}
 */
export function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}
