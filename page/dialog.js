import { h, setText } from './dom.js';

/**
 * Dialogs: the browser keeps the focus inside, ends them by Escape and gives the focus back.
 */

/** Those that stay whatever is pressed: what they were asked to do goes on. @type {WeakSet<HTMLDialogElement>} */
const held = new WeakSet();

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
    placeDone(dialog);
    dialog.remove();
    onClose?.();
  });
  // A click beside it, and no selection that ends there.
  let hasBegunBeside = false;
  dialog.addEventListener('pointerdown', (event) => (hasBegunBeside = event.target === dialog));
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog && hasBegunBeside && !held.has(dialog)) dialog.close();
  });
  dialog.addEventListener('cancel', (event) => held.has(dialog) && event.preventDefault());
  // Browsers let a second Escape pass by "cancel"; not by the key.
  dialog.addEventListener('keydown', (event) => held.has(dialog) && event.key === 'Escape' && event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  placeDone();
  return dialog;
}

/**
 * What was said stays above what dims the page, and is heard: of what lies beside an open dialog neither is so.
 *
 * @param {HTMLDialogElement} [except] one that is about to go
 */
function placeDone(except) {
  const region = document.getElementById('done');
  const place = [...document.querySelectorAll('dialog[open]')].filter((dialog) => dialog !== except).at(-1);
  const parent = place ?? document.body;
  if (region && region.parentElement !== parent) parent.append(region);
}

/**
 * Whether a dialog stays: neither Escape, nor its cross, nor a click beside it ends it then.
 *
 * @param {HTMLDialogElement} dialog
 * @param {boolean} isHeld
 */
export function holdDialog(dialog, isHeld) {
  if (isHeld) held.add(dialog);
  else held.delete(dialog);
  dialog.querySelector('.close')?.toggleAttribute('disabled', isHeld);
}

/** Ends all but the one that asks who looks. */
export function closeDialogs() {
  for (const dialog of document.querySelectorAll('dialog')) if (!dialog.matches('.sign-in')) dialog.close();
}

/** Takes back what was said of an act. */
export function untellDone() {
  failures = [];
  const region = document.getElementById('done');
  region?.classList.remove('shown');
  if (region) setText(region, '');
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
 * @param {{ isFailure?: boolean, replaces?: RegExp }} [options] isFailure: it stays longer, for nobody waits for it; replaces: what was
 *   said before, and is true no more
 */
export function tellDone(words, { isFailure = false, replaces } = {}) {
  const region = document.getElementById('done');
  if (!region) return;
  clearTimeout(hiding);
  // For whoever has read it, and wants to see what is beneath.
  region.onclick = untellDone;
  failures = failures.filter((failure) => replaces?.test(failure) !== true);
  // A failure is not told away by what comes next.
  setText(region, [...failures, words].join('\n'));
  if (isFailure) failures = [...failures, words].slice(-FAILURES_TOLD_MAX);
  region.classList.add('shown');
  hiding = setTimeout(
    () => {
      failures = [];
      region.classList.remove('shown');
    },
    failures.length > 0 ? FAILURE_TOLD_FOR_MS : TOLD_FOR_MS,
  );
}

const TOLD_FOR_MS = 8_000;
const FAILURE_TOLD_FOR_MS = 60_000;
const FAILURES_TOLD_MAX = 5;
let hiding = 0;
/** Those that are told at present. @type {readonly string[]} */
let failures = [];
