import { h } from './dom.js';

/**
 * A long table on a narrow screen: the style sheet shows its first rows, and a button all. Elsewhere it scrolls by itself.
 *
 * @param {HTMLTableElement} table
 * @param {object} options
 * @param {6 | 12} options.first rows; the style sheet knows these
 * @param {string} [options.id]
 * @param {string} [options.scrolledAs] its name where nothing in it can have the focus: then it has, so that keys can scroll it
 */
export function createFold(table, { first, id, scrolledAs }) {
  const more = h('button', { type: 'button', class: 'more' }, 'Show all');
  const scrolls = scrolledAs !== undefined && { tabindex: 0, role: 'group', 'aria-label': scrolledAs };
  const element = h('div', { class: `scroller fold first-${first}`, id, ...scrolls }, table, more);
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
