import { h } from './dom.js';
import { amount, at, until } from './figures.js';
import { badge, lookOf, sentenceWord, side } from './words.js';

/**
 * An explanation as elements: the gates in their order, what was waited for, what the venue said.
 */

/** @typedef {{ gate: string, verdict: string, limit?: string, actual?: string, code?: string, remedy?: string, until?: string }} Gate */

/**
 * Who made a signal, and by which figures.
 *
 * @typedef {object} Source
 * @property {string} by
 * @property {string} [name]
 * @property {number} [expected_return]
 * @property {number} [needed_return]
 * @property {number} [net_gain_chance]
 * @property {number} [net_gain_chance_min]
 * @property {ReadonlyArray<{ level: number, value: number }>} [return_quantiles]
 * @property {string} [risk_per_trade]
 */

/**
 * The body of `GET /api/signals/:fingerprint/explanation`.
 *
 * @typedef {object} Explanation
 * @property {string} [fingerprint]
 * @property {'running' | 'ended' | 'refused'} status
 * @property {string} [outcome]
 * @property {string} [code]
 * @property {string} summary
 * @property {Source} [source]
 * @property {string} [decided_by]
 * @property {readonly Gate[]} gates
 * @property {ReadonlyArray<{ gate: string, since: string, until: string, reason: string }>} waits
 * @property {ReadonlyArray<{ time: string, result: string, venue_code?: string, http_status?: number, message: string }>} attempts
 * @property {ReadonlyArray<{ time: string, result: string, code?: string, message: string, count?: number }>} door
 */

/**
 * Of `GET /api/signals/:fingerprint`, what is shown here.
 *
 * @typedef {object} SignalBody
 * @property {{ symbol: string, direction: string, strategy: string, timestamp?: string, intent?: string, amount?: string, stop_loss?: string, take_profit?: string }} signal
 * @property {{ client_order_id: string, venue_order_id?: string, quantity: string, filled_quantity: string, average_price?: string, fee?: string }} [order]
 * @property {ReadonlyArray<{ time?: string, text: string }>} timeline
 */

/** @param {Explanation} explanation @param {SignalBody | undefined} signal */
export function explanationTitle({ status, outcome, fingerprint }, signal) {
  const look = outcome === undefined ? statusLook(status) : lookOf('outcome', outcome);
  const name = signal ? [side(signal.signal.direction), ` ${signal.signal.symbol} `] : [`${fingerprint ?? 'Signal'} `];
  return [...name, badge(look)];
}

/**
 * @param {Explanation['status']} status
 * @returns {import('./words.js').Look}
 */
function statusLook(status) {
  if (status === 'running') return { tone: 'busy', mark: '◐', word: 'running' };
  return status === 'refused'
    ? { tone: 'bad', mark: '✕', word: 'refused at the door' }
    : { tone: 'quiet', mark: '?', word: status };
}

/** @param {Explanation} explanation @param {SignalBody | undefined} signal */
export function explanationBody(explanation, signal) {
  const { fingerprint, code, summary, source, gates, waits, attempts, door } = explanation;
  return [
    h('p', { class: 'summary' }, summary),
    h(
      'p',
      { class: 'facts quiet' },
      code !== undefined && h('code', { class: 'code' }, code),
      signal && h('span', {}, `strategy ${signal.signal.strategy}`),
      signal && h('span', {}, 'signal of ', at(signal.signal.timestamp)),
      source && h('span', {}, sourceWords(source)),
      fingerprint !== undefined && h('code', { title: 'fingerprint' }, fingerprint),
    ),
    h('ol', { class: 'gates', 'aria-label': 'Gates' }, ...gates.map((gate) => gateRow(gate, explanation.decided_by))),
    signal?.order && orderPart(signal.order),
    ...listPart('Waits', waits, ({ since, until: end, reason }) => [at(since), ' until ', at(end), ` ${reason}`]),
    ...listPart('Requests to place the order', attempts, attemptWords),
    ...listPart('At the door', door, ({ time, result, code: why, message, count = 1 }) => [
      at(time),
      ` ${sentenceWord(result)}${count > 1 ? ` ${count} times` : ''}: ${why === undefined ? '' : `${why} `}${message}`,
    ]),
    ...listPart('Timeline', signal?.timeline ?? [], ({ time, text }) => [at(time), ` ${text}`]),
  ];
}

/** @param {Gate} gate @param {string | undefined} decidedBy */
function gateRow({ gate, verdict, limit, actual, code, remedy, until: end }, decidedBy) {
  return h(
    'li',
    { class: `gate ${verdict}${gate === decidedBy ? ' decides' : ''}` },
    h('span', { class: 'gate-name' }, sentenceWord(gate)),
    badge(lookOf('verdict', verdict)),
    h(
      'div',
      { class: 'gate-words' },
      code !== undefined && h('code', { class: 'code' }, code),
      actual !== undefined && h('span', { class: 'actual' }, actual),
      limit !== undefined && h('span', { class: 'quiet' }, `asks: ${limit}`),
      end !== undefined && h('span', {}, 'until ', until(end)),
      remedy !== undefined && h('span', { class: 'remedy' }, `→ ${remedy}`),
    ),
  );
}

/** @param {NonNullable<SignalBody['order']>} order */
function orderPart({
  quantity,
  filled_quantity: filled,
  average_price: price,
  fee,
  client_order_id: clientId,
  venue_order_id: venueId,
}) {
  return h(
    'section',
    {},
    h('h3', {}, 'Order'),
    h(
      'p',
      {},
      amount(filled),
      ' of ',
      amount(quantity),
      ' filled',
      price === undefined ? '' : ' at ',
      price !== undefined && amount(price),
      fee === undefined ? '' : ', fee ',
      fee !== undefined && amount(fee),
      '.',
    ),
    h(
      'p',
      { class: 'quiet ids' },
      'ours ',
      h('code', {}, clientId),
      venueId === undefined ? '' : ', the venue’s ',
      venueId !== undefined && h('code', {}, venueId),
    ),
  );
}

/** @param {Explanation['attempts'][number]} attempt */
function attemptWords({ time, result, venue_code: code, http_status: status, message }) {
  const facts = [code && `code ${code}`, status && `HTTP ${status}`].filter(Boolean).join(', ');
  return [at(time), ` ${sentenceWord(result)}${facts === '' ? '' : ` (${facts})`}: ${message}`];
}

/**
 * @template Item
 * @param {string} title
 * @param {readonly Item[]} items
 * @param {(item: Item) => readonly import('./dom.js').Child[]} wordsOf
 */
function listPart(title, items, wordsOf) {
  if (items.length === 0) return [];
  return [h('h3', {}, title), h('ul', { class: 'lines' }, ...items.map((item) => h('li', {}, ...wordsOf(item))))];
}

/** @param {Source} source */
function sourceWords({ by, name, ...source }) {
  const {
    expected_return: expected,
    needed_return: needed,
    net_gain_chance: chance,
    net_gain_chance_min: least,
    return_quantiles: quantiles = [],
    risk_per_trade: risk,
  } = source;
  const spread = quantiles.map(({ level, value }) => `${share(level)} below ${percent(value)}`).join(', ');
  const figures = [
    ...(expected === undefined ? [] : [`expected ${percent(expected)}${over(needed, percent)}`]),
    ...(chance === undefined ? [] : [`chance of a net gain ${share(chance)}${over(least, share)}`]),
    ...(spread === '' ? [] : [`returns ${spread}`]),
    ...(risk === undefined ? [] : [`its stop may lose ${risk} at most`]),
  ];
  return `from ${by}${name === undefined ? '' : ` ${name}`}${figures.length === 0 ? '' : `: ${figures.join('; ')}`}`;
}

/** @param {number | undefined} needed @param {(figure: number) => string} words */
function over(needed, words) {
  return needed === undefined ? '' : `, needed ${words(needed)}`;
}

/** @param {number} fraction */
function share(fraction) {
  return `${Number((fraction * 100).toFixed(2))} %`;
}

/** @param {number} fraction */
function percent(fraction) {
  return `${(fraction * 100).toFixed(3)} %`;
}
