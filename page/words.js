import { h } from './dom.js';

/**
 * Mark, word and tone of every state. Nothing is told by colour alone, and never by red against green: blue is well, orange is not.
 */

/** @typedef {'good' | 'busy' | 'bad' | 'quiet'} Tone */
/** @typedef {{ readonly tone: Tone, readonly mark: string, readonly word: string }} Look */

/** @type {Readonly<Record<string, Look>>} */
const OUTCOMES = {
  FILLED: { tone: 'good', mark: '●', word: 'filled' },
  PARTIALLY_FILLED: { tone: 'good', mark: '◐', word: 'partly filled' },
  CANCELLED: { tone: 'quiet', mark: '○', word: 'cancelled' },
  REJECTED: { tone: 'bad', mark: '✕', word: 'rejected' },
  DENIED: { tone: 'bad', mark: '⊘', word: 'denied' },
  EXPIRED: { tone: 'quiet', mark: '◌', word: 'expired' },
};

/** @type {Readonly<Record<string, Look>>} */
const HEALTH = {
  healthy: { tone: 'good', mark: '●', word: 'healthy' },
  starting: { tone: 'busy', mark: '◌', word: 'starting' },
  degraded: { tone: 'bad', mark: '◐', word: 'degraded' },
  unhealthy: { tone: 'bad', mark: '✕', word: 'down' },
};

/** @type {Readonly<Record<string, Look>>} */
const TRADING = {
  active: { tone: 'good', mark: '▶', word: 'active' },
  normal: { tone: 'good', mark: '▶', word: 'active' },
  reducing: { tone: 'bad', mark: '◐', word: 'exits only' },
  reduce: { tone: 'bad', mark: '◐', word: 'exits only' },
  halted: { tone: 'bad', mark: '■', word: 'halted' },
};

/** @type {Readonly<Record<string, Look>>} */
const VERDICTS = {
  passed: { tone: 'good', mark: '●', word: 'passed' },
  failed: { tone: 'bad', mark: '✕', word: 'failed' },
  waiting: { tone: 'busy', mark: '◐', word: 'waits' },
  not_reached: { tone: 'quiet', mark: '○', word: 'not reached' },
  not_recorded: { tone: 'quiet', mark: '?', word: 'not recorded' },
};

/** @type {Readonly<Record<string, Look>>} */
const POSITIONS = {
  OPENING: { tone: 'busy', mark: '◌', word: 'opening' },
  PROTECTED: { tone: 'good', mark: '●', word: 'protected' },
  UNPROTECTED: { tone: 'bad', mark: '✕', word: 'no stop' },
  OPEN: { tone: 'busy', mark: '○', word: 'open, no stop asked' },
  EXITING: { tone: 'busy', mark: '◐', word: 'closing' },
  FLAT: { tone: 'quiet', mark: '○', word: 'flat' },
  BOOKED: { tone: 'quiet', mark: '○', word: 'closed' },
};

/** @type {Readonly<Record<string, Look>>} */
const SEVERITIES = {
  critical: { tone: 'bad', mark: '▲', word: 'critical' },
  warning: { tone: 'busy', mark: '△', word: 'warning' },
};

const TABLES = {
  outcome: OUTCOMES,
  health: HEALTH,
  trading: TRADING,
  verdict: VERDICTS,
  position: POSITIONS,
  severity: SEVERITIES,
};

/**
 * @param {keyof typeof TABLES} kind
 * @param {string} state one that is not known here is of a newer server: its own word is shown
 * @returns {Look}
 */
export function lookOf(kind, state) {
  const table = TABLES[kind];
  return (Object.hasOwn(table, state) && table[state]) || { tone: 'quiet', mark: '·', word: sentenceWord(state) };
}

/** `WAITING_FOR_PERMIT` as `waiting for permit`. @param {string} name */
export function sentenceWord(name) {
  return name.toLowerCase().replaceAll('_', ' ');
}

/**
 * @param {Look} look
 * @param {string} [title]
 */
export function badge({ tone, mark, word }, title) {
  return h('span', { class: `badge ${tone}`, title }, h('span', { class: 'mark', 'aria-hidden': 'true' }, mark), word);
}

/** A side, by arrow and word. @param {string} direction BUY, SELL, LONG or SHORT */
export function side(direction) {
  const isUp = direction === 'BUY' || direction === 'LONG';
  const isDown = direction === 'SELL' || direction === 'SHORT';
  const mark = isUp ? '▲' : isDown ? '▼' : '·';
  return h('span', { class: 'side' }, h('span', { class: 'mark', 'aria-hidden': 'true' }, mark), direction);
}
