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
    linesOf: orderLines,
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
    linesOf: orderLines,
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

/**
 * @param {{ cancelled?: ReadonlyArray<{ fingerprint: string, message?: string }> } | undefined} answer
 * @returns {readonly string[]}
 */
function orderLines(answer) {
  return (answer?.cancelled ?? []).map(
    ({ fingerprint, message = 'asked to be cancelled' }) => `Signal ${fingerprint}: ${message}`,
  );
}

/**
 * @param {{ cancelled?: ReadonlyArray<{ fingerprint: string, message?: string }>, positions?: ReadonlyArray<{ symbol: string, message?: string, problem?: string, is_closed?: boolean }> }} answer
 * @returns {readonly string[]}
 */
function flattenLines(answer) {
  const positions = (answer?.positions ?? []).map(
    ({ symbol, message = '', problem = '', is_closed: isClosed }) =>
      `${symbol}: ${isClosed ? 'closed.' : [message, problem].filter((words) => words !== '').join(' ') || 'told to close.'}`,
  );
  return [...orderLines(answer), ...(positions.length === 0 ? ['No position was open.'] : positions)];
}
