import { h } from './dom.js';

/**
 * A long table on a narrow screen: the style sheet shows its first rows, and a button all. Elsewhere it scrolls by itself.
 *
 * @param {HTMLTableElement} table
 * @param {object} options
 * @param {6 | 12} options.first rows; the style sheet knows these
 * @param {string} [options.id]
 */
export function createFold(table, { first, id }) {
  const more = h('button', { type: 'button', class: 'more' }, 'Show all');
  const element = h('div', { class: `scroller fold first-${first}`, id }, table, more);
  more.addEventListener('click', () => {
    element.classList.add('all');
    more.hidden = true;
  });
  return {
    element,
    /** @param {number} count of all rows */
    update(count) {
      table.hidden = count === 0;
      more.hidden = count <= first || element.classList.contains('all');
      more.textContent = `Show all ${count}`;
    },
  };
}
