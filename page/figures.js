import { serverNow } from './clock.js';
import { display, readDecimal, signOf } from './decimals.js';
import { h } from './dom.js';
import { longSpanWords, readTime, timeTitle, timeWords } from './times.js';

/**
 * Figures as elements. What is not known is a dash that says so, never a zero.
 */

/** @param {string} [why] */
export function unknown(why = 'not known') {
  return h('span', { class: 'unknown', title: why }, '–');
}

/** @typedef {{ digitsMin?: number, digitsMax?: number, significantMin?: number, isSigned?: boolean }} Digits */

/** Prices of a coin that costs next to nothing can still be told apart. */
const SIGNIFICANT_MIN = 5;
const OF_MONEY = { digitsMin: 2, digitsMax: 2, significantMin: 2 };

/**
 * An amount; its title has all digits where not all are shown.
 *
 * @param {unknown} text a decimal string
 * @param {Digits} [digits]
 */
export function amount(text, digits) {
  const decimal = readDecimal(text);
  if (!decimal) return unknown();
  const shown = display(decimal, { significantMin: SIGNIFICANT_MIN, ...digits });
  const whole = display(decimal, { digitsMax: decimal.scale });
  return h(
    'span',
    { class: 'figure', title: whole.replace('−', '') === shown.replace(/[−+]/, '') ? undefined : whole },
    shown,
  );
}

/** Money in the settle asset: two digits, gains and losses told apart by sign and colour. @param {unknown} text */
export function profit(text) {
  const sign = signOf(text);
  if (sign === undefined) return unknown();
  const figure = amount(text, { ...OF_MONEY, isSigned: true });
  if (sign !== 0) figure.classList.add(sign > 0 ? 'gain' : 'loss');
  return figure;
}

/** @param {unknown} text */
export function money(text) {
  return amount(text, OF_MONEY);
}

/**
 * A moment; the ticker gives it its date when the day is over.
 *
 * @param {string | undefined} iso
 */
export function at(iso) {
  const timeMs = readTime(iso);
  if (timeMs === undefined) return unknown('time not known');
  return h('time', { datetime: iso, title: timeTitle(timeMs), 'data-at': timeMs }, atWords(timeMs));
}

/** With the date where the day is over. @param {number} timeMs */
export function atWords(timeMs) {
  return timeWords(timeMs, serverNow() ?? timeMs);
}

/**
 * A time to come, with what is left until then; the ticker counts it down.
 *
 * @param {string | undefined} iso
 */
export function until(iso) {
  const timeMs = readTime(iso);
  if (timeMs === undefined) return unknown('end not known');
  const left = h('span', { class: 'left', 'data-until': timeMs }, leftWords(timeMs));
  return h('span', { class: 'until' }, at(iso), ' (', left, ')');
}

/**
 * How long ago; the ticker counts on.
 *
 * @param {string | undefined} iso
 */
export function since(iso) {
  const timeMs = readTime(iso);
  if (timeMs === undefined) return unknown('beginning not known');
  return h(
    'time',
    { class: 'since', datetime: iso, title: timeTitle(timeMs), 'data-since': timeMs },
    sinceWords(timeMs),
  );
}

/** @param {number} timeMs */
export function leftWords(timeMs) {
  const now = serverNow();
  if (now === undefined) return '–';
  return timeMs <= now ? 'due' : `in ${longSpanWords(timeMs - now + 999)}`;
}

/** @param {number} timeMs */
export function sinceWords(timeMs) {
  const now = serverNow();
  return now === undefined ? '–' : longSpanWords(now - timeMs);
}
