/**
 * What is looked at stands in the address: a reload, a bookmark and the button "back" bring it again.
 */

/**
 * @typedef {object} View
 * @property {string} [signal] the fingerprint whose explanation is open
 * @property {readonly string[]} outcomes which signals are listed; empty: all
 * @property {readonly string[]} codes
 * @property {string} text
 */

/** Signals that have no outcome yet. */
export const RUNNING = 'RUNNING';

/** @type {Array<(view: View) => void>} */
const listeners = [];

/** @returns {View} */
export function currentView() {
  const words = new URLSearchParams(location.hash.slice(1));
  const list = (/** @type {string} */ name) => (words.get(name) ?? '').split(',').filter((word) => word !== '');
  const signal = words.get('signal') ?? undefined;
  return { signal, outcomes: list('outcome'), codes: list('code'), text: words.get('text') ?? '' };
}

/**
 * @param {View} view
 * @returns {string} beginning with `#`
 */
function addressOf({ signal, outcomes, codes, text }) {
  const words = new URLSearchParams();
  if (outcomes.length > 0) words.set('outcome', outcomes.join(','));
  if (codes.length > 0) words.set('code', codes.join(','));
  if (text !== '') words.set('text', text);
  if (signal !== undefined) words.set('signal', signal);
  return `#${words}`;
}

/**
 * @param {Partial<View>} change
 * @param {{ isStep?: boolean }} [options] isStep: the button "back" undoes it
 */
export function goTo(change, { isStep = false } = {}) {
  const address = addressOf({ ...currentView(), ...change });
  if (address === (location.hash || '#')) return;
  if (isStep) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  tell();
}

/** @param {(view: View) => void} listener called at once, and whenever it changes */
export function onView(listener) {
  listeners.push(listener);
  listener(currentView());
}

function tell() {
  for (const listener of listeners) listener(currentView());
}

/** Typed addresses, and "back". */
export function startRouter() {
  window.addEventListener('hashchange', tell);
  window.addEventListener('popstate', tell);
}

/**
 * A link that opens the explanation of a signal, and leaves all else as it is.
 *
 * @param {string} fingerprint
 * @returns {import('./dom.js').Attributes}
 */
export function signalLink(fingerprint) {
  return {
    href: addressOf({ signal: fingerprint, outcomes: [], codes: [], text: '' }),
    'data-row-focus': true,
    onclick: (/** @type {MouseEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      goTo({ signal: fingerprint }, { isStep: true });
    },
  };
}
