import { countBars } from './bar.js';
import { h } from './dom.js';
import { at } from './figures.js';
import { createPanel, note } from './panel.js';
import { lookOf } from './words.js';

/**
 * How signals ended, and why they were denied or refused at the door, as bars of plain text.
 */

/** @param {import('./store.js').Store} store */
export function createCountsView(store) {
  return createPanel({
    name: 'counts',
    title: 'Outcomes',
    store,
    render: ({
      since,
      denied_since: deniedSince,
      by_outcome: outcomes,
      by_denial_code: denials,
      refused_by_code: refusals,
    }) => [
      ...group(['How they ended, since ', at(since)], outcomes, outcomeName, (name) => lookOf('outcome', name).tone),
      ...group(
        deniedSince === undefined ? ['Denied'] : ['Denied, since ', at(deniedSince)],
        denials,
        codeName,
        () => 'bad',
      ),
      ...group(['Refused at the door, since the API started'], refusals, codeName, () => 'bad'),
    ],
  });
}

/**
 * @param {readonly import('./dom.js').Child[]} title
 * @param {Readonly<Record<string, number>>} counts
 * @param {(name: string) => import('./dom.js').Child} nameOf
 * @param {(name: string) => 'good' | 'busy' | 'bad' | 'quiet'} toneOf
 */
function group(title, counts, nameOf, toneOf) {
  const isEmpty = Object.values(counts).every((count) => count === 0);
  return [h('h3', {}, ...title), isEmpty ? note('None.') : countBars(counts, nameOf, toneOf)];
}

/** @param {string} name */
function outcomeName(name) {
  const { mark, word } = lookOf('outcome', name);
  return `${mark} ${word}`;
}

/** @param {string} code */
function codeName(code) {
  return h('code', { title: code }, code);
}
