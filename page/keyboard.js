import { isDialogOpen, openDialog } from './dialog.js';
import { h } from './dom.js';

/**
 * Keys for looking. None of them trades.
 */

const KEYS = [
  ['/', 'filter signals'],
  ['j, k', 'next, previous row; with an explanation open, the next one'],
  ['Enter', 'open the explanation of a row'],
  ['Esc', 'close what is open; empty the filter'],
  ['?', 'this list'],
];

/** @param {KeyboardEvent} event */
function isTyping({ target }) {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}

export function openHelp() {
  openDialog({
    title: 'Keys and marks',
    kind: 'help',
    content: [
      h(
        'dl',
        { class: 'keys' },
        ...KEYS.flatMap(([key = '', meaning]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, meaning)]),
      ),
      h(
        'p',
        { class: 'note' },
        'No key trades: halt, close and cancel ask for a reason first. Times are UTC; your own stand in their titles. A dash is a figure that is not known. What could not be read for a while is grey and says "stale".',
      ),
    ],
  });
}

export function startKeyboard() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const act = isDialogOpen() ? undefined : KEY_ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @type {Readonly<Record<string, () => void>>} */
const KEY_ACTS = {
  '/': () => document.getElementById('filter')?.focus(),
  '?': openHelp,
  j: () => moveRow(1),
  k: () => moveRow(-1),
};

/**
 * In the table that has the focus; otherwise in that of signals.
 *
 * @param {1 | -1} step
 */
function moveRow(step) {
  const active = document.activeElement;
  const table = active?.closest('table') ?? document.querySelector('#signals table');
  if (!table) return;
  const rows = [...table.querySelectorAll('tr')].filter(
    (row) => row.offsetParent !== null && row.querySelector('[data-row-focus]'),
  );
  const current = rows.findIndex((row) => row.contains(active));
  const next = rows[current === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, current + step))];
  const link = next?.querySelector('[data-row-focus]');
  if (link instanceof HTMLElement) {
    link.focus();
    next?.scrollIntoView({ block: 'nearest' });
  }
}
