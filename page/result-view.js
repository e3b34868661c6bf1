import { createChart } from './chart.js';
import { display, readDecimal } from './decimals.js';
import { h } from './dom.js';
import { money, profit } from './figures.js';
import { createPanel, note } from './panel.js';

/**
 * What closed trades came to together, over time.
 */

/** @typedef {import('./trades-view.js').Trades} Trades */

/** From here on a tick is told in thousands of thousands. */
const MANY = 1_000_000;

/** @param {number} value */
function tickWords(value) {
  const notation = Math.abs(value) >= MANY ? 'compact' : 'standard';
  return value.toLocaleString('en', { notation, maximumSignificantDigits: 6 });
}

/** @param {import('./store.js').Store} store */
export function createResultView(store) {
  const chart = createChart({
    lines: [{ label: 'net', colour: '--good', isStepped: true }],
    format: tickWords,
  });
  return createPanel({
    name: 'trades',
    id: 'result',
    title: 'Net result',
    store,
    also: ['hello'],
    render: (value) => {
      const { sum, days, net_over_time: points } = /** @type {Trades} */ (/** @type {unknown} */ (value));
      if (sum.trades === 0) return [note(`No trade was closed in the last ${days} days.`)];
      const net = readDecimal(sum.net);
      const label = `Net result of the last ${days} days over time: ${sum.trades} trades, ${sum.won} won, ${net ? display(net, { digitsMax: 2, isSigned: true }) : 'net not known'}.`;
      // A drawing may round; the sentence does not.
      if (points.length > 1)
        chart.update(
          [points.map(({ time }) => Date.parse(time) / 1_000), points.map((point) => Number(point.net))],
          label,
        );
      return [
        h(
          'p',
          { class: 'sentence' },
          h('strong', {}, profit(sum.net)),
          ` ${unitOf(store)}net in ${days} days: ${sum.won} of ${sum.trades} trades won; gross `,
          profit(sum.gross),
          ', fees ',
          money(sum.fees),
          ', funding ',
          profit(sum.funding),
          '.',
        ),
        points.length > 1 && chart.element,
      ];
    },
  });
}

/** @param {import('./store.js').Store} store */
function unitOf({ hello }) {
  return hello?.settle_asset === undefined ? '' : `${hello.settle_asset} `;
}
