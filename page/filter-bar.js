import { h, refill } from './dom.js';
import { currentView, goTo, onView, RUNNING } from './router.js';
import { chipCounts, outcomeOf } from './signal-filter.js';
import { lookOf } from './words.js';

/**
 * Chips by outcome and denial code, and a field for words: all of it stands in the address.
 */

const OUTCOME_ORDER = [RUNNING, 'FILLED', 'PARTIALLY_FILLED', 'CANCELLED', 'REJECTED', 'DENIED', 'EXPIRED'];

/** @param {import('./store.js').Store} store */
export function createFilterBar(store) {
  const field = h('input', {
    type: 'search',
    id: 'filter',
    placeholder: 'Filter signals: words',
    'aria-label': 'Filter signals by symbol, strategy, fingerprint or words',
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: () => goTo({ text: field.value.trim() }),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Escape') return;
      field.value = '';
      goTo({ text: '' });
      field.blur();
    },
  });
  const chips = h('div', { class: 'chips', role: 'group', 'aria-label': 'Filter signals by outcome and denial code' });
  const refresh = () => {
    const view = currentView();
    if (document.activeElement !== field) field.value = view.text;
    const signals = store.value('signals') ?? [];
    const outcomes = chipCounts(signals.map(outcomeOf), view.outcomes, OUTCOME_ORDER);
    const codes = chipCounts(
      signals.flatMap(({ denial_code: code }) => (code === undefined ? [] : [code])),
      view.codes,
    ).toSorted(([one], [other]) => (one < other ? -1 : 1));
    const isFiltered = view.outcomes.length > 0 || view.codes.length > 0 || view.text !== '';
    const signature = JSON.stringify([outcomes, codes, view]);
    if (chips.dataset['shown'] === signature) return;
    chips.dataset['shown'] = signature;
    refill(
      chips,
      ...outcomes.map(([name, count]) => chip('outcomes', name, wordOf(name), count)),
      ...codes.map(([name, count]) => chip('codes', name, name, count)),
      isFiltered && h('button', { type: 'button', class: 'chip clear', onclick: clear }, 'Show all'),
    );
  };
  onView(refresh);
  store.on(['signals'], refresh);
  return h('div', { class: 'filter-bar' }, field, chips);
}

/** @param {string} outcome */
function wordOf(outcome) {
  if (outcome === RUNNING) return '◐ running';
  const { mark, word } = lookOf('outcome', outcome);
  return `${mark} ${word}`;
}

/**
 * @param {'outcomes' | 'codes'} list
 * @param {string} name
 * @param {string} words
 * @param {number} count
 */
function chip(list, name, words, count) {
  const chosen = currentView()[list];
  const isChosen = chosen.includes(name);
  const toggle = () => goTo({ [list]: isChosen ? chosen.filter((other) => other !== name) : [...chosen, name] });
  const attributes = {
    type: 'button',
    class: `chip ${list}`,
    'aria-pressed': String(isChosen),
    'data-focus': `chip-${name}`,
  };
  return h('button', { ...attributes, onclick: toggle }, words, h('span', { class: 'count' }, ` ${count}`));
}

function clear() {
  goTo({ outcomes: [], codes: [], text: '' });
}
