/**
 * Makes elements. Whatever comes from elsewhere (reasons, strategies, messages) becomes text, never markup.
 */

/** What turns the text around it, or cannot be seen. */
const TRICKS = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** @param {string} text @returns {string} with a mark in the place of each such character */
export function visible(text) {
  return text.replace(TRICKS, '\ufffd');
}

/** @typedef {Node | string | number | undefined | null | false} Child */
/** @typedef {Readonly<Record<string, string | number | boolean | undefined | ((event: any) => void)>>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes] `true`: there without a value; undefined or false: not there; `onclick` and the like: listeners
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice('on'.length), value);
    else element.setAttribute(name, value === true ? '' : visible(String(value)));
  }
  append(element, children);
  return element;
}

/**
 * @param {Element} parent
 * @param {readonly Child[]} children
 */
function append(parent, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    parent.append(child instanceof Node ? child : visible(String(child)));
  }
}

/**
 * Gives an element other children. Who was in the middle of something keeps the focus: what has the same `data-focus` gets it.
 *
 * @param {Element} parent
 * @param {...Child} children
 */
export function refill(parent, ...children) {
  const active = document.activeElement;
  const name = active && parent.contains(active) ? active.getAttribute('data-focus') : null;
  parent.replaceChildren();
  append(parent, children);
  if (name === null) return;
  const heir = parent.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  if (heir instanceof HTMLElement) heir.focus({ preventScroll: true });
}

/**
 * @param {Element} element
 * @param {string} text written only where it is another one, so that nothing is drawn anew for nothing
 */
export function setText(element, text) {
  const shown = visible(text);
  if (element.textContent !== shown) element.textContent = shown;
}

/**
 * An element of index.html.
 *
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} with the id ${id}.`);
  return element;
}
