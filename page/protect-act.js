import { openAct } from './act-dialog.js';
import { h } from './dom.js';

/**
 * Another stop or target for a position: what is left empty stays as it is.
 *
 * @param {import('./store.js').Store} store
 * @param {{ symbol: string, stop_loss?: string, take_profit?: string }} position
 */
export function protectAct(store, { symbol, stop_loss: stop, take_profit: target }) {
  const fields = [priceField('stop_loss', 'Stop', stop), priceField('take_profit', 'Target', target)];
  openAct(store, {
    title: `Protect ${symbol}`,
    verb: `Protect ${symbol}`,
    means: 'A new stop or target lies at the exchange for all of the position. What is left empty stays as it is.',
    path: `/api/positions/${encodeURIComponent(symbol)}/protect`,
    fields: fields.map(({ label }) => label),
    bodyOf: () => Object.fromEntries(fields.flatMap(({ entry }) => entry())),
    done: `${symbol}:`,
  });
}

/** @param {string} name @param {string} words @param {string} [now] what is in force */
function priceField(name, words, now) {
  const input = h('input', { name, inputmode: 'decimal', autocomplete: 'off', spellcheck: 'false' });
  const entry = () => (input.value.trim() === '' ? [] : [[name, input.value.trim()]]);
  return { label: h('label', {}, `${words}, a price; now ${now ?? 'none is known'}`, input), entry };
}
