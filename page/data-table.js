import { h, refill } from './dom.js';

/**
 * Tables that touch only rows that have changed: what somebody reads, selects or has the focus on stays where it is. On a narrow
 * screen the style sheet makes each row a card; the roles stay, which it would take away.
 */

/**
 * @template Item
 * @typedef {object} Column
 * @property {string} name
 * @property {string} label
 * @property {boolean} [isNumber]
 * @property {(item: Item) => import('./dom.js').Child} cell
 */

/**
 * @template Item
 * @typedef {object} TableOptions
 * @property {string} label what the table is of, for who cannot see it
 * @property {readonly Column<Item>[]} columns
 * @property {(item: Item) => string} keyOf of each row another one
 * @property {(item: Item) => string} [classOf]
 * @property {(item: Item) => void} [onOpen] a click anywhere on the row
 */

/**
 * @template Item
 * @param {TableOptions<Item>} options
 */
export function createTable({ label, columns, keyOf, classOf = () => '', onOpen }) {
  /** @type {Map<string, { row: HTMLTableRowElement, signature: string, item: Item }>} */
  const known = new Map();
  const head = columns.map(({ name, label: text, isNumber }) =>
    h('th', { role: 'columnheader', scope: 'col', class: classes(name, isNumber) }, text),
  );
  const body = h('tbody', { role: 'rowgroup' });
  const element = h(
    'table',
    { role: 'table', 'aria-label': label },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...head)),
    body,
  );

  /** @param {Item} item */
  const cellsOf = (item) =>
    columns.map(({ name, label: text, isNumber, cell }) =>
      h('td', { role: 'cell', class: classes(name, isNumber), 'data-label': text }, cell(item)),
    );

  /** @param {string} key @param {Item} item */
  const begin = (key, item) => {
    const row = h('tr', { role: 'row' });
    const entry = { row, signature: '', item };
    if (onOpen) row.addEventListener('click', (event) => isPlain(event) && onOpen(entry.item));
    known.set(key, entry);
    return entry;
  };

  /** @param {readonly Item[]} items */
  const update = (items) => {
    const keys = new Set(items.map(keyOf));
    for (const [key, { row }] of known) {
      if (keys.has(key)) continue;
      row.remove();
      known.delete(key);
    }
    let place = body.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      const entry = known.get(key) ?? begin(key, item);
      const signature = JSON.stringify(item);
      if (entry.signature !== signature) {
        Object.assign(entry, { signature, item });
        entry.row.className = classOf(item);
        refill(entry.row, ...cellsOf(item));
      }
      if (entry.row === place) place = place.nextElementSibling;
      else body.insertBefore(entry.row, place);
    }
  };
  return { element, body, update };
}

/** @param {string} name @param {boolean | undefined} isNumber */
function classes(name, isNumber) {
  return `cell-${name}${isNumber ? ' number' : ''}`;
}

/** Neither on a button or link of the row, nor the end of a selection. @param {MouseEvent} event */
function isPlain({ target }) {
  if (target instanceof Element && target.closest('a, button')) return false;
  return (getSelection()?.toString() ?? '') === '';
}
