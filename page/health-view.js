import { h } from './dom.js';
import { createPanel } from './panel.js';
import { longSpanWords } from './times.js';
import { badge, lookOf, sentenceWord } from './words.js';

/**
 * How every part is, and why one is not well.
 */

/** @param {import('./store.js').Store} store */
export function createHealthView(store) {
  return createPanel({
    name: 'health',
    title: 'Health',
    store,
    render: ({ status, components, reasons, uptime, venue_stream: stream, hand_over: handOver }) => [
      h(
        'p',
        { class: 'overall' },
        badge(lookOf('health', status)),
        h('span', { class: 'quiet' }, ` up for ${longSpanWords(uptime * 1_000)}`),
      ),
      reasons.length > 0 && h('ul', { class: 'reasons' }, ...reasons.map((reason) => h('li', {}, reason))),
      h(
        'ul',
        { class: 'parts' },
        ...Object.entries(components).map(([name, state]) => part(sentenceWord(name), badge(lookOf('health', state)))),
        stream && part('venue stream', streamWords(stream)),
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
  return `${state} for ${longSpanWords(seconds * 1_000)}${fault === undefined ? '' : `: ${fault}`}`;
}
