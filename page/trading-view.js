import { flattenAct, haltAct, reduceAct, resumeAct } from './acts.js';
import { signOf, subtract } from './decimals.js';
import { h, refill } from './dom.js';
import { at, money, profit, unknown } from './figures.js';
import { createAge } from './panel.js';
import { badge, lookOf } from './words.js';

/**
 * Whether orders are sent, the acts that change it, and the figures that are looked at first.
 */

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./risk-view.js').Risk} Risk */

/** @type {Readonly<Record<string, readonly string[]>>} */
const ACTS_BY_STATE = {
  active: ['halt', 'reduce', 'flatten'],
  reducing: ['resume', 'halt', 'flatten'],
  halted: ['resume', 'reduce', 'flatten'],
};

/** Where the state is not known, stopping is still possible. */
const ACTS_OF_UNKNOWN = ['halt', 'reduce', 'flatten'];

/** @type {Readonly<Record<string, { words: string, kind: string, open: (store: Store) => void }>>} */
const ACTS = {
  halt: { words: '■ Halt', kind: 'grave', open: haltAct },
  reduce: { words: 'Reduce', kind: '', open: reduceAct },
  resume: { words: '▶ Resume', kind: 'primary', open: resumeAct },
  flatten: { words: 'Flatten', kind: '', open: flattenAct },
};

/** @param {Store} store @param {HTMLElement} element */
export function showTrading(store, element) {
  const state = h('div', { class: 'tile trading' });
  const acts = h('div', { class: 'acts', role: 'group', 'aria-label': 'Trading' });
  element.append(
    h('div', { class: 'tile-frame wide' }, h('h2', {}, 'Trading', createAge(store, 'trading', state)), state),
    acts,
    tile(store, 'Equity', 'risk', () => equity(store)),
    tile(store, 'Today (UTC)', 'risk', () => today(store)),
    tile(store, 'Positions', 'positions', () => positionCount(store)),
    tile(store, 'Health', 'health', () => healthWord(store)),
  );
  store.on(['trading', 'hello', 'stream'], () => {
    refill(state, ...stateWords(store));
    refill(acts, ...actButtons(store));
  });
}

/** @param {Store} store */
function stateWords(store) {
  const trading = store.value('trading');
  if (trading === undefined) return [unknown('not read yet'), problemOf(store, 'trading')];
  const { state, reason, since: start } = trading;
  return [
    badge(lookOf('trading', state)),
    h(
      'span',
      { class: 'words quiet', title: reason },
      start === undefined ? '' : ' since ',
      start !== undefined && at(start),
      reason === undefined ? '' : `: ${reason}`,
    ),
    problemOf(store, 'trading'),
  ];
}

/** @param {Store} store @param {import('./terms.js').SectionName} name */
function problemOf(store, name) {
  const problem = store.problem(name);
  return problem !== undefined && h('span', { class: 'problem' }, ` Cannot be read at present: ${problem}`);
}

/** Who may only look sees none. @param {Store} store */
function actButtons(store) {
  if (!store.mayAct) return [store.hello && h('span', { class: 'quiet' }, 'You may look, not act.')];
  const { state = '' } = store.value('trading') ?? {};
  return (ACTS_BY_STATE[state] ?? ACTS_OF_UNKNOWN).map((name) => {
    const act = ACTS[name];
    return (
      act &&
      h(
        'button',
        {
          type: 'button',
          class: `${act.kind} act-${name}`,
          'data-focus': `act-${name}`,
          onclick: () => act.open(store),
        },
        act.words,
      )
    );
  });
}

/**
 * @param {Store} store
 * @param {string} title
 * @param {import('./terms.js').SectionName} name
 * @param {() => import('./dom.js').Child} render
 */
function tile(store, title, name, render) {
  const value = h('div', { class: 'tile' });
  store.on([name, 'hello'], () => refill(value, render()));
  return h('div', { class: 'tile-frame' }, h('h2', {}, title, createAge(store, name, value)), value);
}

/** @param {Store} store */
function equity(store) {
  const figure = money(riskOf(store)?.equity);
  // Nothing is left of it, and more is owed.
  if (signOf(riskOf(store)?.equity) === -1) figure.classList.add('loss');
  return ofMoney(store, figure);
}

/** @param {Store} store */
function today(store) {
  const risk = riskOf(store);
  return ofMoney(store, profit(subtract(risk?.equity, risk?.day_start_equity)));
}

/** @param {Store} store */
function riskOf(store) {
  return /** @type {Risk | undefined} */ (store.value('risk'));
}

/** With its unit. @param {Store} store @param {HTMLElement} figure */
function ofMoney(store, figure) {
  const unit = figure.matches('.figure') ? store.hello?.settle_asset : undefined;
  return h('span', { class: 'large' }, figure, unit !== undefined && h('span', { class: 'unit quiet' }, ` ${unit}`));
}

/** @param {Store} store */
function positionCount(store) {
  const positions = store.value('positions');
  return positions === undefined ? unknown('not read yet') : h('span', { class: 'figure' }, String(positions.length));
}

/** @param {Store} store */
function healthWord(store) {
  const health = store.value('health');
  return health === undefined
    ? unknown('not read yet')
    : badge(lookOf('health', health.status), health.reasons.join('\n'));
}
