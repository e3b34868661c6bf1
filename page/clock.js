/**
 * The server's clock, as its beats tell it: ages on the page must not depend on the viewer's. Between beats it goes on by the
 * browser's monotonic clock, or by the viewer's where that has gone further: the monotonic one stands still while a machine sleeps.
 */

let serverMs = Number.NaN;
let readAtMs = 0;
let readAtUtcMs = 0;

/** @param {string} iso the server's time */
export function syncClock(iso) {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return;
  serverMs = time;
  readAtMs = performance.now();
  readAtUtcMs = Date.now();
}

function elapsedMs() {
  return Math.max(performance.now() - readAtMs, Date.now() - readAtUtcMs);
}

/** @returns {number | undefined} since the server told its time last, milliseconds; undefined: it never did */
export function silenceMs() {
  return Number.isNaN(serverMs) ? undefined : elapsedMs();
}

/** @returns {number | undefined} milliseconds UTC; undefined: the server has not told it yet */
export function serverNow() {
  return Number.isNaN(serverMs) ? undefined : serverMs + elapsedMs();
}
