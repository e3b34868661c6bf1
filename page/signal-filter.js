import { RUNNING } from './router.js';

/**
 * Which signals are listed. Pure.
 */

/** @typedef {import('../src/page/feed').PageSignal} Signal */
/** @typedef {import('./router.js').View} View */

/** The chip that a signal belongs to. @param {Signal} signal */
export function outcomeOf({ outcome, status }) {
  return outcome ?? (status === 'running' ? RUNNING : 'ENDED');
}

/**
 * @param {Signal} signal
 * @param {Pick<View, 'outcomes' | 'codes' | 'text'>} view
 */
export function isListed(signal, { outcomes, codes, text }) {
  if (outcomes.length > 0 && !outcomes.includes(outcomeOf(signal))) return false;
  if (codes.length > 0 && !codes.includes(signal.denial_code ?? '')) return false;
  const { fingerprint, symbol, direction, strategy, detail = '', denial_code: code = '' } = signal;
  const words = [fingerprint, symbol, direction, strategy, detail, code].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
}

/**
 * How many signals each chip would list, in a fixed order; what is chosen is there even where nothing is of it.
 *
 * @param {readonly string[]} names one per signal
 * @param {readonly string[]} chosen
 * @param {readonly string[]} [order] names that come first
 * @returns {ReadonlyArray<readonly [name: string, count: number]>}
 */
export function chipCounts(names, chosen, order = []) {
  /** @type {Map<string, number>} */
  const counts = new Map([...order, ...chosen].map((name) => [name, 0]));
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].filter(([name, count]) => count > 0 || chosen.includes(name));
}
