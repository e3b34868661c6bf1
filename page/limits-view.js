import { bar } from './bar.js';
import { h } from './dom.js';
import { until } from './figures.js';
import { createPanel, note } from './panel.js';
import { longSpanWords } from './times.js';

/**
 * How much of the venue's request limits is used, and whether it has banned us.
 */

const NEARLY_FULL = 0.8;

/** @typedef {import('../src/page/feed').PageWindow} Window */

/** @param {import('./store.js').Store} store */
export function createLimitsView(store) {
  return createPanel({
    name: 'limits',
    title: 'Request limits',
    store,
    render: ({ windows, ban }) => [
      ban && banBox(ban),
      windows.length === 0
        ? note('No window of requests is known yet.')
        : h('ul', { class: 'bars windows' }, ...windows.map(windowRow)),
    ],
  });
}

/** @param {NonNullable<import('./store.js').Values['limits']['ban']>} ban */
function banBox({ until: end, scope, reason }) {
  return h(
    'p',
    { class: 'box bad' },
    h('strong', {}, '✕ Banned'),
    scope === undefined ? '' : ` (${scope})`,
    ' until ',
    until(end),
    reason === undefined ? '.' : `: ${reason}`,
  );
}

/** @param {Window} window */
function windowRow({ scope, interval_ms: intervalMs, used, limit, ends_at: end }) {
  const fraction = limit > 0 ? used / limit : undefined;
  const isFull = fraction !== undefined && fraction >= 1;
  const tone = isFull ? 'bad' : fraction !== undefined && fraction >= NEARLY_FULL ? 'busy' : 'good';
  return h(
    'li',
    {},
    h('span', { class: 'bar-name', title: scope }, `${scope}, ${longSpanWords(intervalMs)}`),
    bar(fraction, tone),
    h(
      'span',
      { class: 'figure' },
      `${used.toLocaleString('en')} of ${limit.toLocaleString('en')}`,
      isFull && h('strong', { class: 'loss' }, ' full'),
    ),
    isFull && end !== undefined && h('span', { class: 'bar-note quiet' }, 'room again at ', until(end)),
  );
}
