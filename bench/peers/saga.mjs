/**
 * What each engine is handed. Its id is also the engine's own key against running a signal twice.
 * @typedef {{ id: string, account: string, sentAtMs: number }} Signal
 */

/**
 * One engine, started and ready.
 * @typedef {object} Engine
 * @property {string} version what ran, with versions
 * @property {string} durability the settings in force that decide what "durable" means
 * @property {(signal: Signal) => Promise<number>} runSaga runs one saga to its end; answers when the venue received
 *   the order
 * @property {() => Promise<{ spent: number, reserved: number }>} readLedger
 * @property {() => Promise<void>} stop
 */

/** The one venue whose limiter every saga shares. */
export const VENUE = 'venue';

/** So much that no saga of a run is refused: a refusal would be a shorter saga. */
export const START_BALANCE = 1_000_000_000;
export const ORDER_COST = 10;
export const PERMITS_PER_WINDOW = 1_000_000;
export const WINDOW_MS = 1_000;

/** @param {number} count @returns {string[]} the accounts' names: each account's ledger is an entity of its own */
export function listAccounts(count) {
  return Array.from({ length: count }, (_, index) => `account-${index}`);
}
