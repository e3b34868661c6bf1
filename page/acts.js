import { openAct } from './act-dialog.js';
import { signalPath } from './api.js';
import { h } from './dom.js';

/**
 * What a viewer may do, and what it means.
 */

/** @typedef {import('./store.js').Store} Store */

/** @param {Store} store */
export function haltAct(store) {
  const orders = cancelOrdersField('Ask for every open order to be cancelled, entries and exits');
  openAct(store, {
    title: 'Halt trading',
    verb: 'Halt',
    means: 'No order is sent any more, not even exits, until trading is resumed. Stops that lie at the exchange stay.',
    path: '/api/halt',
    isGrave: true,
    fields: [orders.label],
    bodyOf: orders.bodyOf,
    linesOf: changeLines,
    done: 'Trading is halted.',
  });
}

/** @param {Store} store */
export function reduceAct(store) {
  const orders = cancelOrdersField('Ask for every open entry to be cancelled; exits stay');
  openAct(store, {
    title: 'Reduce to exits',
    verb: 'Reduce',
    means: 'Only orders that reduce a position are sent, until trading is resumed.',
    path: '/api/reduce',
    isGrave: true,
    fields: [orders.label],
    bodyOf: orders.bodyOf,
    linesOf: changeLines,
    done: 'Trading is reduced to exits.',
  });
}

/** @param {Store} store */
export function resumeAct(store) {
  openAct(store, {
    title: 'Resume trading',
    verb: 'Resume',
    means: 'Trading goes on. Signals that were refused meanwhile stay refused.',
    path: '/api/resume',
    done: 'Trading is active.',
  });
}

/** @param {Store} store */
export function flattenAct(store) {
  openAct(store, {
    title: 'Flatten',
    verb: 'Close everything',
    means: 'Trading is reduced to exits, open entries are cancelled, and every position is closed at the market.',
    path: '/api/flatten',
    isGrave: true,
    linesOf: flattenLines,
    done: 'Every position was told to close.',
  });
}

/** @param {Store} store @param {string} symbol */
export function closeAct(store, symbol) {
  openAct(store, {
    title: `Close ${symbol}`,
    verb: `Close ${symbol}`,
    means: `All of the position in ${symbol} is closed at the market. Its stop stays until it is closed.`,
    path: `/api/positions/${encodeURIComponent(symbol)}/close`,
    isGrave: true,
    done: `${symbol} was told to close.`,
  });
}

/** @param {Store} store @param {string} fingerprint @param {string} name */
export function cancelAct(store, fingerprint, name) {
  openAct(store, {
    title: `Cancel ${name}`,
    verb: 'Cancel the signal',
    means:
      'It is given up before its order is sent; where an order rests at the exchange, that is asked to be cancelled. What has filled stays.',
    path: `${signalPath(fingerprint)}/cancel`,
    isGrave: true,
    done: `${name}:`,
  });
}

/** @param {Store} store @param {string} rule @param {string} subject */
export function silenceAct(store, rule, subject) {
  const span = h(
    'select',
    { name: 'for' },
    ...['30m', '2h', '8h', '1d', '7d'].map((word) => h('option', { value: word, selected: word === '2h' }, word)),
  );
  openAct(store, {
    title: `Silence ${rule}`,
    verb: 'Silence',
    means: `Nobody is told of ${rule}${subject === '' ? '' : ` of ${subject}`} for so long. What still holds then is told.`,
    path: '/api/alerts/silence',
    isHarmless: true,
    fields: [h('label', {}, 'For', span)],
    bodyOf: () => ({ rule, ...(subject !== '' && { subject }), for: span.value }),
    done: `${rule} is silenced.`,
  });
}

/** @param {Store} store @param {string} rule @param {string | undefined} subject */
export function unsilenceAct(store, rule, subject) {
  openAct(store, {
    title: `End the silence of ${rule}`,
    verb: 'End the silence',
    means: 'People are told again.',
    path: '/api/alerts/unsilence',
    isHarmless: true,
    isReasonless: true,
    bodyOf: () => ({ rule, ...(subject !== undefined && { subject }) }),
    done: `${rule} is told again.`,
  });
}

/** @param {string} words */
function cancelOrdersField(words) {
  const box = h('input', { type: 'checkbox', name: 'cancel_orders' });
  return {
    label: h('label', { class: 'check' }, box, words),
    bodyOf: () => (box.checked ? { cancel_orders: true } : {}),
  };
}

/** @typedef {{ fingerprint: string, symbol: string, direction: string, quantity: string, filled_quantity: string, is_proven: boolean }} OpenOrder */
/** @typedef {{ open: number, orders: readonly OpenOrder[], more: number, unsent: number }} OpenOrders */
/** @typedef {{ fingerprint: string, message?: string }} Cancelled */

/**
 * What is open at the venue once trading has stopped, and what became of it.
 *
 * @param {{ open_orders?: OpenOrders, open_orders_problem?: string, cancelled?: readonly Cancelled[] } | undefined} answer
 * @returns {readonly string[]}
 */
function changeLines({ open_orders: found, open_orders_problem: problem, cancelled } = {}) {
  const lines = (cancelled ?? []).map(cancelledLine);
  if (problem !== undefined) return [`Which orders are open is not known: ${problem}`, ...lines];
  if (found === undefined) return lines;
  const { open, orders, more, unsent } = found;
  return [
    open === 0
      ? 'No order is open at the venue.'
      : `${open} ${open === 1 ? 'order is' : 'orders are'} open at the venue:`,
    ...orders.map(orderLine),
    ...(more > 0 ? [`and ${more} more.`] : []),
    ...(unsent > 0 ? [`${unsent} ${unsent === 1 ? 'signal waits' : 'signals wait'} unsent.`] : []),
    ...lines,
  ];
}

/** @param {OpenOrder} order */
function orderLine({ symbol, direction, quantity, filled_quantity: filled, fingerprint, is_proven: isProven }) {
  const doubt = isProven ? '' : '; the venue has not shown it yet';
  return `${direction} ${quantity} ${symbol}, ${filled} filled (signal ${fingerprint})${doubt}`;
}

/** @param {Cancelled} one */
function cancelledLine({ fingerprint, message = 'asked to be cancelled.' }) {
  return `Signal ${fingerprint}: ${message}`;
}

/**
 * @param {{ cancelled?: readonly Cancelled[], positions?: ReadonlyArray<{ symbol: string, message?: string, problem?: string, is_closed?: boolean }> } | undefined} answer
 * @returns {readonly string[]}
 */
function flattenLines({ cancelled = [], positions = [] } = {}) {
  const closed = positions.map(({ symbol, message = '', problem = '', is_closed: isClosed }) => {
    const words = [message, problem].filter((one) => one !== '').join(' ');
    return `${symbol}: ${isClosed ? 'closed.' : words || 'told to close.'}`;
  });
  return [...cancelled.map(cancelledLine), ...(closed.length === 0 ? ['No position was open.'] : closed)];
}
