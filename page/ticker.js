import { setText } from './dom.js';
import { atWords, leftWords, sinceWords } from './figures.js';

const TICK_MS = 1_000;

/**
 * Once a second: counts ages and what is left, dates what is of another day by now, and calls whoever shows more than that.
 *
 * @param {...() => void} listeners
 */
export function startTicker(...listeners) {
  const tick = () => {
    for (const element of document.querySelectorAll('[data-until]')) {
      setText(element, leftWords(Number(element.getAttribute('data-until'))));
    }
    for (const element of document.querySelectorAll('[data-since]')) {
      setText(element, sinceWords(Number(element.getAttribute('data-since'))));
    }
    for (const element of document.querySelectorAll('[data-at]')) {
      setText(element, atWords(Number(element.getAttribute('data-at'))));
    }
    for (const listener of listeners) listener();
  };
  setInterval(tick, TICK_MS);
  tick();
}
