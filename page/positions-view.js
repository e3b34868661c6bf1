import { closeAct } from './acts.js';
import { createTable } from './data-table.js';
import { h } from './dom.js';
import { amount, profit, since, unknown, until } from './figures.js';
import { createFold } from './fold.js';
import { createPanel, note } from './panel.js';
import { protectAct } from './protect-act.js';
import { signalLink } from './router.js';
import { badge, lookOf, side } from './words.js';

/**
 * What is open, what guards it, and what it comes to.
 */

/**
 * A row of `GET /api/positions`; with `problem`: it could not be asked, and nothing else is known of it.
 *
 * @typedef {object} Position
 * @property {string} symbol
 * @property {string} [problem]
 * @property {string} [state]
 * @property {string} [state_reason]
 * @property {object} [word_awaited]
 * @property {string} [side]
 * @property {string} [size]
 * @property {string} [entry_price]
 * @property {string} [mark_price]
 * @property {string} [value]
 * @property {string} [leverage]
 * @property {string} [liquidation_price]
 * @property {string} [stop_loss]
 * @property {string} [take_profit]
 * @property {string} [trailing_distance]
 * @property {string} [unrealised_profit]
 * @property {boolean} [held_by_venue]
 * @property {string} [stop_source]
 * @property {string} [unprotected_since]
 * @property {string} [closes_at]
 * @property {string} [opened_at]
 * @property {readonly string[]} [marks]
 * @property {ReadonlyArray<{ fingerprint: string, strategy: string }>} [opened_by]
 */

/** @type {Readonly<Record<string, string>>} */
const MARKS = {
  foreign: 'nobody here opened it',
  mixed: 'others traded in it, too',
  reduced: 'the venue took a part of it',
  estimated: 'its figures are not proven yet',
};

/** @type {Readonly<Record<string, string>>} */
const STOP_SOURCES = {
  attached: 'it came with the entry',
  set: 'oncefill set it',
  venue: 'the venue or a person set it',
};

/** @param {import('./store.js').Store} store */
export function createPositionsView(store) {
  /** @typedef {Position & { mayTrade: boolean }} Row */
  const table = createTable(
    /** @type {import('./data-table.js').TableOptions<Row>} */ ({
      label: 'Positions',
      columns: [
        { name: 'symbol', label: 'Symbol', cell: symbolCell },
        { name: 'side', label: 'Side', cell: ({ side: word }) => (word === undefined ? unknown() : side(word)) },
        {
          name: 'size',
          label: 'Size',
          isNumber: true,
          cell: ({ size, value }) => withTitle(amount(size), value && `worth ${value} at the entry's price`),
        },
        { name: 'entry', label: 'Entry', isNumber: true, cell: ({ entry_price: price }) => amount(price) },
        { name: 'mark', label: 'Mark', isNumber: true, cell: ({ mark_price: price }) => amount(price) },
        { name: 'stop', label: 'Stop', isNumber: true, cell: stopCell },
        {
          name: 'target',
          label: 'Target',
          isNumber: true,
          cell: ({ take_profit: price }) => (price === undefined ? unknown('none is known') : amount(price)),
        },
        {
          name: 'profit',
          label: 'Unrealised',
          isNumber: true,
          cell: ({ unrealised_profit: figure }) => profit(figure),
        },
        { name: 'state', label: 'State', cell: stateCell },
        {
          name: 'act',
          label: '',
          cell: ({ mayTrade, problem, ...position }) =>
            mayTrade && problem === undefined && actButtons(store, position),
        },
      ],
      keyOf: ({ symbol }) => symbol,
      classOf: ({ state }) => (state === 'UNPROTECTED' ? 'alarming' : ''),
    }),
  );
  const fold = createFold(table.element, { first: 12 });
  return createPanel({
    name: 'positions',
    title: 'Positions',
    store,
    isCounted: true,
    also: ['hello'],
    render: (positions) => {
      const mayTrade = store.hello?.may_trade === true;
      const rows = positions.map((position) => ({ .../** @type {any} */ (position), mayTrade }));
      table.update(rows.toSorted((one, other) => urgency(other) - urgency(one)));
      fold.update(rows.length);
      return [rows.length === 0 ? note('No position is open.') : fold.element];
    },
  });
}

/** What has to be looked at stands first, however many there are. @param {Position} position */
function urgency({ state, unprotected_since: naked, held_by_venue: isHeld, problem }) {
  if (state === 'UNPROTECTED' || naked !== undefined || isHeld) return 2;
  return problem === undefined ? 0 : 1;
}

/** @param {Position} position */
function symbolCell({ symbol, opened_by: openers = [] }) {
  const [first] = openers;
  if (first === undefined) return h('strong', {}, symbol);
  const { fingerprint, strategy } = first;
  return h(
    'a',
    {
      ...signalLink(fingerprint),
      'data-focus': `position-${symbol}`,
      title: `Why it was opened: ${strategy}, ${fingerprint}`,
    },
    symbol,
  );
}

/** @param {Position} position */
function stopCell({
  stop_loss: price,
  stop_source: source,
  trailing_distance: trailing,
  problem,
  unprotected_since: naked,
}) {
  if (naked !== undefined) return h('strong', { class: 'loss' }, 'none for ', since(naked));
  if (price === undefined) return unknown(problem ?? 'The venue tells of none.');
  const words = [source && STOP_SOURCES[source], trailing && `it follows the price at ${trailing}`].filter(Boolean);
  return withTitle(amount(price), words.join('; '));
}

/** @param {Position} position */
function stateCell({
  problem,
  state,
  state_reason: reason,
  word_awaited: awaited,
  marks = [],
  closes_at: end,
  held_by_venue: isHeld,
  leverage,
  liquidation_price: liquidation,
}) {
  if (problem !== undefined) return h('span', { class: 'cut', title: problem }, problem);
  const title = [leverage && `leverage ${leverage}`, liquidation && `liquidation at ${liquidation}`]
    .filter(Boolean)
    .join(', ');
  return h(
    'span',
    { class: 'states' },
    state === undefined ? unknown() : badge(lookOf('position', state), title || undefined),
    awaited !== undefined && badge({ tone: 'bad', mark: '?', word: 'waits for a word' }, reason),
    isHeld && badge({ tone: 'bad', mark: '✕', word: 'taken by the venue' }, 'It is being liquidated or deleveraged.'),
    ...marks.map((mark) => h('span', { class: 'tag', title: MARKS[mark] }, mark)),
    end !== undefined && h('span', { class: 'quiet' }, 'closes ', until(end)),
  );
}

/** @param {import('./store.js').Store} store @param {Position} position */
function actButtons(store, position) {
  const { symbol } = position;
  return h(
    'span',
    { class: 'row-acts' },
    rowButton('Protect', symbol, () => protectAct(store, position)),
    rowButton('Close', symbol, () => closeAct(store, symbol)),
  );
}

/** @param {string} verb @param {string} symbol @param {() => void} onclick */
function rowButton(verb, symbol, onclick) {
  const focus = `${verb.toLowerCase()}-${symbol}`;
  return h(
    'button',
    { type: 'button', class: 'small', 'data-focus': focus, 'aria-label': `${verb} ${symbol}`, onclick },
    verb,
  );
}

/** @param {HTMLElement} element @param {string | undefined} title */
function withTitle(element, title) {
  if (title) element.title = [element.title, title].filter((words) => words !== '').join('\n');
  return element;
}
