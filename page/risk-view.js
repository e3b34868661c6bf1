import { createTable } from './data-table.js';
import { h } from './dom.js';
import { amount, unknown, until } from './figures.js';
import { createPanel, note } from './panel.js';

/**
 * The bounds of risk: where the account stands, and what is blocked until when.
 */

/**
 * @typedef {object} Rule
 * @property {string} code
 * @property {string} [of]
 * @property {string} [limit]
 * @property {string} [value]
 * @property {boolean} is_blocking
 * @property {string} [blocked_until]
 */

/** @typedef {{ equity?: string, day_start_equity?: string, unprotected?: readonly string[], rules?: readonly Rule[] }} Risk */

/** @param {import('./store.js').Store} store */
export function createRiskView(store) {
  /** @type {ReturnType<typeof createTable<Rule>>} */
  const table = createTable({
    label: 'Bounds of risk',
    columns: [
      { name: 'code', label: 'Bound', cell: boundCell },
      { name: 'value', label: 'Now, and its limit', cell: valueCell },
    ],
    keyOf: ({ code, of, limit }) => JSON.stringify([code, of, limit]),
    classOf: ({ is_blocking: isBlocking }) => (isBlocking ? 'alarming' : ''),
  });
  return createPanel({
    name: 'risk',
    title: 'Bounds of risk',
    store,
    render: (value) => {
      const { unprotected = [], rules = [] } = /** @type {Risk} */ (value);
      // What blocks first, what is off not at all.
      const shown = rules.filter(({ limit, is_blocking: isBlocking }) => limit !== undefined || isBlocking);
      table.update(shown.toSorted((one, other) => Number(other.is_blocking) - Number(one.is_blocking)));
      const off = rules.length - shown.length;
      return [
        ...unprotected.map((symbol) => h('p', { class: 'box bad' }, `✕ ${symbol} has no stop.`)),
        shown.length > 0 && h('div', { class: 'scroller' }, table.element),
        off > 0 && note(`${off} ${off === 1 ? 'bound is' : 'bounds are'} off.`),
      ];
    },
  });
}

/** @param {Rule} rule */
function boundCell({ code, of, is_blocking: isBlocking, blocked_until: end }) {
  const blocks =
    isBlocking &&
    h(
      'strong',
      { class: 'blocks loss' },
      '✕ blocks entries',
      end !== undefined && ' until ',
      end !== undefined && until(end),
    );
  return h('span', {}, h('code', {}, code), of !== undefined && ` ${of}`, blocks);
}

/** @param {Rule} rule */
function valueCell({ value, limit }) {
  return h(
    'span',
    {},
    value === undefined ? unknown() : figureWords(value),
    ' ',
    h('span', { class: 'quiet number' }, ...(limit === undefined ? ['(off)'] : ['of ', figureWords(limit)])),
  );
}

/** A figure with its unit, as the account tells it: `5000 USDT`. @param {string} words */
function figureWords(words) {
  const [, figure, unit = ''] = /^([+-]?\d+(?:\.\d+)?)(.*)$/s.exec(words) ?? [];
  return h('span', { class: 'figure' }, ...(figure === undefined ? [words] : [amount(figure), unit]));
}
