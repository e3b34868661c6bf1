/**
 * What the page and the server agreed upon: the values of src/page/feed.ts, which a browser cannot load. A test compares them.
 */

/** @typedef {import('../src/page/feed').PageSectionName} SectionName */
/** @typedef {import('../src/page/feed').PageEnvironment} Environment */

/** How often each section is read while anybody looks, milliseconds. @type {Readonly<Record<SectionName, number>>} */
export const SECTION_INTERVAL_MS = {
  health: 2_000,
  trading: 1_000,
  signals: 1_000,
  balances: 1_000,
  limits: 1_000,
  positions: 2_000,
  risk: 5_000,
  trades: 15_000,
  counts: 5_000,
  latency: 5_000,
  alerts: 2_000,
  hooks: 5_000,
};

export const STALE_AFTER_READS = 3;
export const BEAT_INTERVAL_MS = 2_000;

/** What is typed before an act where money is real. @type {Readonly<Record<Environment, string>>} */
export const CONFIRMATION_WORD = { paper: 'paper', testnet: 'testnet', demo: 'demo', live: 'live' };

export const REASON_LENGTH_MAX = 500;
