import { ask, ApiFailure } from './api.js';
import { holdDialog, openDialog, tellDone } from './dialog.js';
import { h, setText } from './dom.js';
import { signIn } from './sign-in.js';
import { CONFIRMATION_WORD, REASON_LENGTH_MAX } from './terms.js';

/**
 * Asks why, and for the word where money is real, before anything is done.
 */

/**
 * @typedef {object} Act
 * @property {string} title
 * @property {string} verb on the button
 * @property {string} means what happens, a sentence or two
 * @property {string} path
 * @property {boolean} [isGrave] it stops or sells something
 * @property {boolean} [isHarmless] it moves no money: no word is asked for
 * @property {boolean} [isReasonless]
 * @property {readonly HTMLElement[]} [fields]
 * @property {() => object} [bodyOf] of the fields
 * @property {(answer: any) => readonly string[]} [linesOf] what it came to, where that is more than a sentence
 * @property {string} done what is said afterwards
 */

/** @param {import('./store.js').Store} store @param {Act} act */
export function openAct(store, act) {
  const { title, verb, means, isGrave = false, isReasonless = false, fields = [] } = act;
  const reason = reasonField();
  const word = act.isHarmless ? undefined : confirmationField(store);
  const failure = h('p', { class: 'failure', role: 'alert' });
  const submit = h('button', { type: 'submit', class: isGrave ? 'grave' : 'primary' }, verb);
  const cancel = h('button', { type: 'button', onclick: () => dialog.close() }, 'Do nothing');
  const form = h(
    'form',
    { class: 'act' },
    h('p', { class: 'means' }, stakes(store), means),
    ...fields,
    !isReasonless && reason.label,
    word?.label,
    failure,
    h('div', { class: 'buttons' }, cancel, submit),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    setText(failure, '');
    const why = reason.input.value.trim();
    if (!isReasonless && why === '') {
      setText(failure, 'Say why: whoever looks later will want to know.');
      reason.input.focus();
    } else if (word?.isMissing()) {
      setText(failure, `Type ${word.expected()} to confirm: money ${store.hello ? 'is' : 'may be'} at stake.`);
      word.input.focus();
    } else void perform(why);
  });
  const dialog = openDialog({ title, kind: 'act-dialog', content: [form] });
  // Where a figure is asked for, too, that is typed first.
  const first = form.querySelector('input:not([type="checkbox"])');
  (isReasonless || !(first instanceof HTMLElement) ? submit : first).focus();

  /** @param {string} why */
  const perform = async (why) => {
    submit.disabled = true;
    setText(submit, `${verb} …`);
    holdDialog(dialog, true);
    setText(cancel, 'Close, it goes on');
    cancel.focus();
    try {
      const answer = await ask('POST', act.path, { ...(!isReasonless && { reason: why }), ...act.bodyOf?.() });
      const said = [act.done, answer?.message, answer?.hint].filter((one) => typeof one === 'string').join(' ');
      const lines = act.linesOf?.(answer) ?? [];
      if (lines.length === 0 || !dialog.open) {
        dialog.close();
        tellDone([said, ...lines].join('\n'));
        return;
      }
      const list = h('ul', { class: 'lines' }, ...lines.map((line) => h('li', {}, line)));
      form.replaceChildren(h('p', { role: 'status' }, said), list, h('div', { class: 'buttons' }, cancel));
      setText(cancel, 'Close');
      cancel.focus();
    } catch (error) {
      const words = error instanceof ApiFailure ? `${error.message} (${error.code})` : `It failed: ${String(error)}`;
      setText(cancel, 'Do nothing');
      if (error instanceof ApiFailure && error.needsToken) signIn(error.message);
      if (dialog.open) setText(failure, words);
      else tellDone(`${title}: ${words}`, { isFailure: true });
    } finally {
      submit.disabled = false;
      setText(submit, verb);
      holdDialog(dialog, false);
    }
  };
}

/** As the head of the page says it, which may be out of sight. @param {import('./store.js').Store} store */
function stakes({ hello }) {
  return hello && h('span', { class: 'environment' }, hello.environment.toUpperCase());
}

function reasonField() {
  const input = h('input', {
    name: 'reason',
    'aria-required': 'true',
    maxlength: REASON_LENGTH_MAX,
    autocomplete: 'off',
  });
  return { input, label: h('label', {}, 'Reason, for the audit', input) };
}

/**
 * Asks for the word of what is at stake at that moment, and for that of real money where this is not known.
 *
 * @param {import('./store.js').Store} store
 */
function confirmationField(store) {
  const input = h('input', { name: 'confirmation', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  const words = h('span', {});
  const label = h('label', {}, words, input);
  const expected = () => {
    const word = confirmationWordOf(store.hello);
    label.hidden = word === undefined;
    setText(words, `Type “${word}” to confirm`);
    return word;
  };
  const isMissing = () => ![undefined, input.value.trim().toLowerCase()].includes(expected());
  expected();
  return { expected, isMissing, input, label };
}

/**
 * @param {import('./store.js').Hello | undefined} hello
 * @returns {string | undefined} undefined: no word is asked for
 */
export function confirmationWordOf(hello) {
  if (!hello) return CONFIRMATION_WORD.live;
  return hello.confirms_acts ? CONFIRMATION_WORD[hello.environment] : undefined;
}
