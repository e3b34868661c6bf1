import { createChart } from './chart.js';
import { h } from './dom.js';
import { at } from './figures.js';
import { createPanel, note } from './panel.js';
import { spanWords } from './times.js';

/**
 * How long it takes from a signal to the venue's acceptance: the usual, and the slowest of a hundred.
 */

/** @param {import('./store.js').Store} store */
export function createLatencyView(store) {
  const chart = createChart({
    lines: [
      { label: 'p50', colour: '--good' },
      { label: 'p99', colour: '--bad', dash: [5, 3] },
    ],
    format: spanWords,
  });
  return createPanel({
    name: 'latency',
    title: 'Signal to acceptance',
    store,
    render: (points) => {
      const newest = points.at(-1);
      if (newest === undefined)
        return [note('No order was accepted since somebody looks: it is measured while this page is open.')];
      const { time, count, p50_ms: p50, p99_ms: p99 } = newest;
      const sentence = [
        strong('p50', p50),
        ', ',
        strong('p99', p99),
        ` of ${count.toLocaleString('en')} ${count === 1 ? 'order' : 'orders'}, read at `,
        at(time),
        '.',
      ];
      const words = `Latency from signal to acceptance: p50 ${wordsOf(p50)}, p99 ${wordsOf(p99)}, ${points.length} readings.`;
      const seconds = points.map((point) => Date.parse(point.time) / 1_000);
      if (points.length > 1)
        chart.update([seconds, points.map((point) => point.p50_ms), points.map((point) => point.p99_ms)], words);
      return [h('p', { class: 'sentence' }, ...sentence), points.length > 1 && chart.element];
    },
  });
}

/** With the line that it is drawn as. @param {'p50' | 'p99'} name @param {number | undefined} spanMs */
function strong(name, spanMs) {
  return h(
    'strong',
    { class: 'figure' },
    h('span', { class: `key ${name}`, 'aria-hidden': 'true' }),
    `${name} ${wordsOf(spanMs)}`,
  );
}

/** @param {number | undefined} spanMs */
function wordsOf(spanMs) {
  return spanMs === undefined ? '–' : spanWords(spanMs);
}
