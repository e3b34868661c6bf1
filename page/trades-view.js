import { createTable } from './data-table.js';
import { h } from './dom.js';
import { amount, at, profit, unknown } from './figures.js';
import { createFold } from './fold.js';
import { createPanel, note } from './panel.js';
import { signalLink } from './router.js';
import { longSpanWords } from './times.js';
import { sentenceWord, side } from './words.js';

/**
 * Closed trades: what they came to, and why they ended.
 */

/**
 * @typedef {object} Trade
 * @property {string} symbol
 * @property {string} side
 * @property {string} [strategy]
 * @property {string} opened_at
 * @property {string} closed_at
 * @property {number} held_seconds
 * @property {string} quantity
 * @property {string} entry_price
 * @property {string} exit_price
 * @property {string} reason
 * @property {string} gross
 * @property {string} fees
 * @property {string} funding
 * @property {string} net
 * @property {boolean} is_proven
 * @property {readonly string[]} [opened_by]
 * @property {readonly string[]} [marks]
 */

/**
 * @typedef {object} Trades
 * @property {number} days
 * @property {{ trades: number, won: number, gross: string, fees: string, funding: string, net: string }} sum
 * @property {readonly Trade[]} trades
 * @property {ReadonlyArray<{ time: string, net: string }>} net_over_time
 * @property {readonly string[]} [untold]
 * @property {boolean} [is_cut]
 */

/** @param {import('./store.js').Store} store */
export function createTradesView(store) {
  /** @type {ReturnType<typeof createTable<Trade>>} */
  const table = createTable({
    label: 'Closed trades',
    columns: [
      { name: 'closed', label: 'Closed', cell: ({ closed_at: time }) => at(time) },
      { name: 'symbol', label: 'Symbol', cell: symbolCell },
      { name: 'side', label: 'Side', cell: ({ side: word }) => side(word) },
      {
        name: 'strategy',
        label: 'Strategy',
        cell: ({ strategy }) =>
          strategy === undefined
            ? unknown('no signal of ours opened it')
            : h('span', { class: 'cut', title: strategy }, strategy),
      },
      { name: 'size', label: 'Size', isNumber: true, cell: ({ quantity }) => amount(quantity) },
      { name: 'entry', label: 'Entry', isNumber: true, cell: ({ entry_price: price }) => amount(price) },
      { name: 'exit', label: 'Exit', isNumber: true, cell: ({ exit_price: price }) => amount(price) },
      { name: 'net', label: 'Net', isNumber: true, cell: netCell },
      { name: 'reason', label: 'Ended by', cell: reasonCell },
      {
        name: 'held',
        label: 'Held',
        isNumber: true,
        cell: ({ held_seconds: seconds }) => longSpanWords(seconds * 1_000),
      },
    ],
    keyOf: ({ symbol, opened_at: opened, closed_at: closed }) => [symbol, opened, closed].join(' '),
  });
  const fold = createFold(table.element, { first: 6 });
  return createPanel({
    name: 'trades',
    title: 'Closed trades',
    store,
    render: (value) => {
      const { trades, days, untold = [], is_cut: isCut } = /** @type {Trades} */ (/** @type {unknown} */ (value));
      const newestFirst = trades.toSorted((one, other) => (one.closed_at < other.closed_at ? 1 : -1));
      table.update(newestFirst);
      fold.update(newestFirst.length);
      return [
        trades.length === 0 ? note(`No trade was closed in the last ${days} days.`) : fold.element,
        untold.length > 0 && note(`What these came to is not read yet: ${untold.join(', ')}.`),
        isCut === true && note('There are more trades than are listed here: "oncefill trades" tells all.'),
      ];
    },
  });
}

/** @param {Trade} trade */
function symbolCell({ symbol, opened_by: [first] = [], closed_at: closed }) {
  if (first === undefined) return h('strong', {}, symbol);
  return h(
    'a',
    { ...signalLink(first), 'data-focus': `trade-${symbol}-${closed}`, title: `Why it was opened: ${first}` },
    symbol,
  );
}

/** @param {Trade} trade */
function netCell({ net, gross, fees, funding }) {
  const figure = profit(net);
  figure.title = `${net} = ${gross} gross − ${fees} fees + ${funding} funding`;
  return figure;
}

/** @param {Trade} trade */
function reasonCell({ reason, marks = [], is_proven: isProven }) {
  const others = marks.filter((mark) => mark !== 'estimated');
  return h(
    'span',
    {},
    sentenceWord(reason),
    ...others.map((mark) => h('span', { class: 'tag' }, mark)),
    !isProven &&
      h('span', { class: 'tag', title: "From executions: the venue's money log has not said it yet." }, 'estimated'),
  );
}
