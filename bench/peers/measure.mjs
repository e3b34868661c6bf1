import { nowMs } from './clock.mjs';
import { BenchFailure, within } from './failure.mjs';
import { ORDER_COST } from './saga.mjs';

/** @typedef {import('./saga.mjs').Engine} Engine */
/**
 * @typedef {object} Result
 * @property {number} acceptedP50Ms from handing the signal in until the venue received the order
 * @property {number} sagaP50Ms from handing the signal in until the saga's end
 * @property {number} sagasPerSecond at `sagasAtOnce`, the median of the rounds
 * @property {number[]} roundsPerSecond
 * @property {number} sagas all that ran, the warm-up's too
 */

export const SIZES = { warmUpMs: 3_000, sagasOneAtATime: 300, oneAtATimeMs: 15_000, sagasAtOnce: 20, roundMs: 5_000 };
const ROUNDS = 3;
const SAGA_LIMIT_MS = 20_000;

/** @param {number[]} values at least one @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs one saga at a time. @param {(id: string) => Promise<object>} runOne */
async function runOneAtATime(runOne) {
  const acceptedMs = [];
  const sagaMs = [];
  const deadlineMs = nowMs() + SIZES.oneAtATimeMs;
  for (let index = 0; index < SIZES.sagasOneAtATime && nowMs() < deadlineMs; index += 1) {
    const handedInAtMs = nowMs();
    const receivedAtMs = await runOne(`alone-${index}`);
    sagaMs.push(nowMs() - handedInAtMs);
    acceptedMs.push(receivedAtMs - handedInAtMs);
  }
  return { acceptedP50Ms: median(acceptedMs), sagaP50Ms: median(sagaMs) };
}

/**
 * Keeps `sagasAtOnce` sagas running for `durationMs`, and lets the last ones end.
 * @param {(id: string) => Promise<number>} runOne @param {string} name @param {number} durationMs
 * @returns {Promise<number>} sagas per second
 */
async function runManyAtOnce(runOne, name, durationMs) {
  const startMs = nowMs();
  let finished = 0;
  const lane = async (_, laneIndex) => {
    for (let index = 0; nowMs() - startMs < durationMs; index += 1) {
      await runOne(`${name}-${laneIndex}-${index}`);
      finished += 1;
    }
  };
  await Promise.all(Array.from({ length: SIZES.sagasAtOnce }, lane));
  return (finished / (nowMs() - startMs)) * 1000;
}

/**
 * Checks that what was measured also happened: each signal became one order, and the ledger agrees.
 * @param {string} name @param {number} sagas @param {{ orders: number, deliveries: number }} count
 * @param {{ spent: number, reserved: number }} ledger
 */
export function checkBooks(name, sagas, count, ledger) {
  if (count.orders !== sagas || count.deliveries !== sagas) {
    throw new BenchFailure(
      `${name}: ${sagas} sagas ended, but the venue received ${count.deliveries} orders with ${count.orders} ids.`,
    );
  }
  if (ledger.spent !== sagas * ORDER_COST || ledger.reserved !== 0) {
    throw new BenchFailure(
      `${name}: the ledger shows ${ledger.spent} spent and ${ledger.reserved} reserved after ${sagas} sagas.`,
    );
  }
}

/**
 * Runs `count` sagas, `atOnce` of them at a time: as soon as one ends, the next begins.
 * @param {string} name
 * @param {Engine} engine
 * @param {string[]} accounts the sagas take them in turn
 * @param {{ first: number, count: number, atOnce: number }} turn the number of its first saga tells its ids from earlier ones
 * @returns {Promise<{ acceptedMs: number[], sagaMs: number[], perSecond: number }>}
 */
export async function measureTurn(name, engine, accounts, { first, count, atOnce }) {
  const acceptedMs = [];
  const sagaMs = [];
  let next = first;
  const startMs = nowMs();
  const lane = async () => {
    while (next < first + count) {
      const number = next++;
      const handedInAtMs = nowMs();
      const signal = { id: `turn-${number}`, account: accounts[number % accounts.length], sentAtMs: Date.now() };
      const late = `${name}: a saga did not end within ${SAGA_LIMIT_MS / 1000} s.`;
      const receivedAtMs = await within(engine.runSaga(signal), SAGA_LIMIT_MS, late);
      sagaMs.push(nowMs() - handedInAtMs);
      acceptedMs.push(receivedAtMs - handedInAtMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { acceptedMs, sagaMs, perSecond: (count / (nowMs() - startMs)) * 1000 };
}

/**
 * Measures one engine and checks its books.
 * @param {string} name
 * @param {Engine} engine
 * @param {string[]} accounts the sagas take them in turn
 * @param {import('./venue.mjs').Venue} venue
 * @param {(text: string) => void} progress
 * @returns {Promise<Result>}
 */
export async function measure(name, engine, accounts, venue, progress) {
  let sagas = 0;
  const runOne = (id) => {
    const account = accounts[sagas % accounts.length];
    sagas += 1;
    const saga = engine.runSaga({ id, account, sentAtMs: Date.now() });
    return within(saga, SAGA_LIMIT_MS, `${name}: a saga did not end within ${SAGA_LIMIT_MS / 1000} s.`);
  };
  await venue.takeCount();
  progress('warming up');
  await runManyAtOnce(runOne, 'warm-up', SIZES.warmUpMs);
  progress('one saga at a time');
  const alone = await runOneAtATime(runOne);
  const roundsPerSecond = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`${SIZES.sagasAtOnce} sagas at once, round ${round} of ${ROUNDS}`);
    roundsPerSecond.push(await runManyAtOnce(runOne, `round-${round}`, SIZES.roundMs));
  }
  checkBooks(name, sagas, await venue.takeCount(), await engine.readLedger());
  return { ...alone, sagasPerSecond: median(roundsPerSecond), roundsPerSecond, sagas };
}
