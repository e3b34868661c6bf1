import { serverNow } from './clock.js';
import { h } from './dom.js';
import { since } from './figures.js';
import { createPanel } from './panel.js';
import { badge, lookOf, sentenceWord } from './words.js';

/**
 * How every part is, and why one is not well.
 */

/** Beginnings that differ by less are the same: they are reckoned from spans in whole seconds. */
const BEGINNING_STEP_MS = 10_000;

/** @param {import('./store.js').Store} store */
export function createHealthView(store) {
  const beginnings = { program: steady(), stream: steady(), candles: steady() };
  return createPanel({
    name: 'health',
    title: 'Health',
    store,
    signatureOf: ({ uptime, venue_stream: stream, candle_stream: candles, ...others }) => [
      others,
      stream?.state,
      stream?.fault,
      candles?.state,
      candles?.fault,
      beginnings.program(beginningMs(uptime)),
      stream && beginnings.stream(beginningMs(stream.for_seconds)),
      candles && beginnings.candles(beginningMs(candles.for_seconds)),
    ],
    render: ({ status, components, reasons, uptime, hand_over: handOver, model, ...streams }) => [
      h(
        'p',
        { class: 'overall' },
        badge(lookOf('health', status)),
        h('span', { class: 'quiet' }, ' up for ', sinceSeconds(uptime)),
      ),
      reasons.length > 0 && h('ul', { class: 'reasons' }, ...reasons.map((reason) => h('li', {}, reason))),
      h(
        'ul',
        { class: 'parts' },
        ...Object.entries(components).map(([name, state]) => part(sentenceWord(name), badge(lookOf('health', state)))),
        streams.venue_stream && part('venue stream', streamWords(streams.venue_stream)),
        streams.candle_stream && part('candle stream', streamWords(streams.candle_stream)),
        model && part('model', `${model.name} (${model.hash})`),
        handOver !== undefined && part('hand-over', handOver),
      ),
    ],
  });
}

/** @param {string} name @param {import('./dom.js').Child} words */
function part(name, words) {
  return h('li', {}, h('span', { class: 'part-name' }, name), h('span', {}, words));
}

/** @param {NonNullable<import('./store.js').Values['health']['venue_stream']>} stream */
function streamWords({ state, for_seconds: seconds, fault }) {
  return h('span', {}, `${state} for `, sinceSeconds(seconds), fault === undefined ? '' : `: ${fault}`);
}

/** @returns {(timeMs: number) => number} the time of before, until it is another one */
function steady() {
  let known = Number.NaN;
  return (timeMs) => {
    if (!(Math.abs(timeMs - known) < BEGINNING_STEP_MS)) known = timeMs;
    return known;
  };
}

/** @param {number | undefined} seconds */
function beginningMs(seconds = 0) {
  return (serverNow() ?? 0) - seconds * 1_000;
}

/** @param {number} seconds */
function sinceSeconds(seconds) {
  return since(new Date(beginningMs(seconds)).toISOString());
}
