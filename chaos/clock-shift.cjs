/**
 * Makes one process's wall clock wrong, as a step of the machine's clock would: `node --require clock-shift.cjs`, with which a
 * whole product is started, shifts `Date` in the trading engine and its threads, and in nothing else. The monotonic clock and
 * timers stay right, as they do on a real machine; so do the clocks of Temporal's native part and of its server.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

/** Where the shift stands in the data folder, in whole milliseconds; a file that is not there means none. */
const FILE_NAME = 'engine-clock';
/** Set by the engine's main thread for its other threads, which do not see its arguments. */
const SHIFTED_VARIABLE = 'CHAOS_CLOCK_SHIFTED';
/** How long a shift that was read is used: a clock is asked thousands of times a second. */
const READ_INTERVAL_MS = 20;

const SystemDate = Date;
const systemNow = Date.now;
const { DATA_DIR: dataDir } = process.env;
const file = dataDir && join(dataDir, FILE_NAME);

let readAtMs = Number.NEGATIVE_INFINITY;
let shiftMs = 0;

function now() {
  const monotonicMs = performance.now();
  if (monotonicMs - readAtMs >= READ_INTERVAL_MS) {
    readAtMs = monotonicMs;
    shiftMs = readShift();
  }
  return systemNow() + shiftMs;
}

function readShift() {
  try {
    return Math.trunc(Number(readFileSync(file, 'utf8'))) || 0;
  } catch {
    // It was not written yet.
    return 0;
  }
}

function shiftClock() {
  const shifted = new Proxy(SystemDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget === shifted ? target : newTarget),
    apply: () => new SystemDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  globalThis.Date = shifted;
}

if (isMainThread && process.argv.includes('trading_engine')) process.env[SHIFTED_VARIABLE] = '1';
if (file !== undefined && process.env[SHIFTED_VARIABLE] === '1') shiftClock();
