import { createTable } from './data-table.js';
import { h } from './dom.js';
import { amount } from './figures.js';
import { createFold } from './fold.js';
import { createPanel, note } from './panel.js';

/**
 * What is there, what of it is held for signals, and what is free.
 */

const DIGITS = { digitsMin: 2, digitsMax: 8 };

/** @param {import('./store.js').Store} store */
export function createBalancesView(store) {
  /** @type {ReturnType<typeof createTable<import('../src/page/feed').PageBalance>>} */
  const table = createTable({
    label: 'Balances',
    columns: [
      { name: 'asset', label: 'Asset', cell: ({ asset }) => h('strong', {}, asset) },
      { name: 'total', label: 'Total', isNumber: true, cell: ({ total }) => amount(total, DIGITS) },
      { name: 'free', label: 'Free', isNumber: true, cell: ({ free }) => amount(free, DIGITS) },
      { name: 'reserved', label: 'Reserved', isNumber: true, cell: ({ reserved }) => amount(reserved, DIGITS) },
    ],
    keyOf: ({ asset }) => asset,
  });
  const fold = createFold(table.element, { first: 12, scrolledAs: 'Balances, asset by asset' });
  return createPanel({
    name: 'balances',
    title: 'Balances',
    store,
    render: (balances) => {
      table.update(balances);
      fold.update(balances.length);
      return [balances.length === 0 ? note('The venue has not told of any balance yet.') : fold.element];
    },
  });
}
