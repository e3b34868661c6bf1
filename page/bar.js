import { h } from './dom.js';

/**
 * A bar; what it stands for is said in words beside it.
 *
 * @param {number | undefined} fraction 0 to 1; undefined: not known
 * @param {'good' | 'busy' | 'bad' | 'quiet'} [tone]
 */
export function bar(fraction, tone = 'good') {
  const fill = h('span', { class: `fill ${tone}` });
  fill.style.inlineSize = `${Math.round(Math.min(1, Math.max(0, fraction ?? 0)) * 1_000) / 10}%`;
  return h('span', { class: 'bar', 'aria-hidden': 'true' }, fill);
}

/**
 * Counts by name, the largest first, as bars of one scale.
 *
 * @param {Readonly<Record<string, number>>} counts
 * @param {(name: string) => import('./dom.js').Child} nameOf
 * @param {(name: string) => 'good' | 'busy' | 'bad' | 'quiet'} toneOf
 */
export function countBars(counts, nameOf, toneOf) {
  const entries = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .toSorted(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
  const largest = entries[0]?.[1] ?? 0;
  const rows = entries.map(([name, count]) =>
    h(
      'li',
      {},
      h('span', { class: 'bar-name' }, nameOf(name)),
      bar(count / largest, toneOf(name)),
      h('span', { class: 'figure' }, count.toLocaleString('en')),
    ),
  );
  return h('ul', { class: 'bars' }, ...rows);
}
