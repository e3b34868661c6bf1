import { serverNow } from './clock.js';
import { h, refill, setText } from './dom.js';
import { longSpanWords } from './times.js';

/**
 * The frame of every section: its name, how old its figures are, why they cannot be read.
 */

/** @typedef {import('./terms.js').SectionName} SectionName */
/** @typedef {import('./store.js').Store} Store */

/** @type {Array<() => void>} */
const ages = [];

/** How old everything is, once more. */
export function refreshAges() {
  for (const refresh of ages) refresh();
}

/**
 * @template {SectionName} Name
 * @param {object} options
 * @param {Name} options.name
 * @param {string} [options.id] of panels of one section each another one
 * @param {string} options.title
 * @param {Store} options.store
 * @param {(value: import('./store.js').Values[Name]) => readonly import('./dom.js').Child[]} options.render the body, anew after every change
 * @param {readonly import('./store.js').Topic[]} [options.also] what else changes it
 * @param {(value: import('./store.js').Values[Name]) => unknown} [options.signatureOf] what of a value the body shows; while it stays the
 *   same, so does the body, and who selects text in it can go on
 * @param {boolean} [options.isCounted] how many there are stands beside the title
 */
export function createPanel({ name, id = name, title, store, render, also = [], isCounted = false, signatureOf }) {
  const count = h('span', { class: 'count' });
  const body = h('div', { class: 'panel-body' });
  const problem = h('p', { class: 'problem', hidden: true });
  const heading = h('h2', { id: `title-${id}` }, title, count);
  const head = h('header', { class: 'panel-head' }, heading, createAge(store, name, body));
  const attributes = { class: 'panel', id: `panel-${id}`, 'aria-labelledby': `title-${id}`, tabindex: '-1' };
  const element = h('section', attributes, head, problem, body);
  /** @type {string | undefined} */
  let shown;
  store.on([name, ...also], () => {
    const value = store.value(name);
    const why = store.problem(name);
    problem.hidden = why === undefined;
    setText(problem, why === undefined ? '' : `Cannot be read at present: ${why}`);
    setText(count, isCounted && Array.isArray(value) ? ` ${value.length}` : '');
    const signature = value && signatureOf && JSON.stringify([signatureOf(value), why]);
    if (signature !== undefined && signature === shown) return;
    shown = signature;
    refill(body, ...bodyOf(value, why, render));
  });
  return element;
}

/**
 * @template Value
 * @param {Value | undefined} value
 * @param {string | undefined} problem
 * @param {(value: Value) => readonly import('./dom.js').Child[]} render
 */
function bodyOf(value, problem, render) {
  if (value === undefined) return problem === undefined ? [note('Nothing was read yet.')] : [note('Nothing is known.')];
  try {
    return render(value);
  } catch (error) {
    console.error(error);
    return [note('This cannot be shown: the server told something that this page does not understand. Reload it.')];
  }
}

/** @param {...import('./dom.js').Child} words */
export function note(...words) {
  return h('p', { class: 'note' }, ...words);
}

/**
 * How long ago a section was read; what is stale says so, and its figures turn grey.
 *
 * @param {Store} store
 * @param {SectionName} name
 * @param {Element} frame of its figures
 */
export function createAge(store, name, frame) {
  const age = h('span', { class: 'age' });
  const refresh = () => {
    const now = serverNow();
    const ageMs = store.ageMs(name, now);
    const isStale = store.isStale(name, now);
    frame.classList.toggle('stale', isStale);
    const words = ageMs === undefined ? 'not read yet' : `${longSpanWords(ageMs)} ago`;
    age.classList.toggle('of-stale', isStale);
    setText(age, isStale ? `stale, ${words}` : words);
  };
  ages.push(refresh);
  store.on([name], refresh);
  return age;
}
