import { h } from './dom.js';

/**
 * Dialogs: the browser keeps the focus inside, ends them by Escape and gives the focus back.
 */

/**
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.kind] its class
 * @param {readonly import('./dom.js').Child[]} options.content
 * @param {() => void} [options.onClose]
 */
export function openDialog({ title, kind = '', content, onClose }) {
  const close = h(
    'button',
    { type: 'button', class: 'close', 'aria-label': 'Close this dialog', onclick: () => dialog.close() },
    '✕',
  );
  const head = h('header', { class: 'dialog-head' }, h('h2', { id: 'dialog-title' }, title), close);
  const dialog = h('dialog', { class: kind, 'aria-labelledby': 'dialog-title' }, head, ...content.map(asNode));
  dialog.addEventListener('close', () => {
    dialog.remove();
    onClose?.();
  });
  // A click beside it, and no selection that ends there.
  let hasBegunBeside = false;
  dialog.addEventListener('pointerdown', (event) => (hasBegunBeside = event.target === dialog));
  dialog.addEventListener('click', (event) => event.target === dialog && hasBegunBeside && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Whether one is open: keys are its own then. */
export function isDialogOpen() {
  return document.querySelector('dialog[open]') !== null;
}

/** @param {import('./dom.js').Child} child */
function asNode(child) {
  return child instanceof Node ? child : h('p', {}, child);
}

/**
 * Says what an act of the viewer came to.
 *
 * @param {string} words
 */
export function tellDone(words) {
  const region = document.getElementById('done');
  if (!region) return;
  region.textContent = words;
  region.classList.add('shown');
  setTimeout(() => {
    if (region.textContent === words) region.classList.remove('shown');
  }, TOLD_FOR_MS);
}

const TOLD_FOR_MS = 8_000;
