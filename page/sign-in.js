import { ask, ApiFailure } from './api.js';
import { openDialog, tellDone } from './dialog.js';
import { h, setText } from './dom.js';

/**
 * Where a token is needed: it becomes a cookie that no script can read, and is kept nowhere here.
 */

/** @type {HTMLDialogElement | undefined} */
let dialog;
/** @type {() => void} */
let onSignedIn = () => {};
/** @type {(isAsked: boolean) => void} */
let onSignedOut = () => {};

/** @param {() => void} listener called when the viewer is let in */
export function whenSignedIn(listener) {
  onSignedIn = listener;
}

/** @param {(isAsked: boolean) => void} listener called when the viewer is let in no more, or asked for that: nothing of before may stay on the screen */
export function whenSignedOut(listener) {
  onSignedOut = listener;
}

/** @param {string} why the API's own words */
export function signIn(why) {
  onSignedOut(false);
  if (dialog) return;
  const token = h('input', { type: 'password', name: 'token', autocomplete: 'current-password', spellcheck: 'false' });
  const failure = h('p', { class: 'failure', role: 'alert' });
  const submit = h('button', { type: 'submit', class: 'primary' }, 'Sign in');
  const form = h(
    'form',
    { class: 'act' },
    h('p', { class: 'means' }, why),
    h('label', {}, 'API token', token),
    h(
      'p',
      { class: 'note' },
      'One of the scope read is enough to look; to halt, close and cancel it has to be one of the scope trade.',
    ),
    failure,
    h('div', { class: 'buttons' }, submit),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void enter();
  });
  dialog = openDialog({
    title: 'Sign in',
    kind: 'act-dialog sign-in',
    content: [form],
    onClose: () => (dialog = undefined),
  });
  token.focus();

  const enter = async () => {
    setText(failure, '');
    const given = token.value.trim();
    if (given === '') {
      setText(failure, 'Paste a token: "oncefill token create" makes one.');
      token.focus();
      return;
    }
    submit.disabled = true;
    try {
      await ask('POST', '/api/session', { token: given });
      dialog?.close();
      onSignedIn();
    } catch (error) {
      setText(failure, error instanceof ApiFailure ? error.message : String(error));
      token.select();
    } finally {
      submit.disabled = false;
    }
  };
}

/** Forgets the cookie, and shows nothing more until somebody is let in. */
export async function signOut() {
  onSignedOut(true);
  try {
    await ask('DELETE', '/api/session');
  } catch (error) {
    const words = error instanceof ApiFailure ? error.message : String(error);
    tellDone(`You are still signed in: ${words}`, { isFailure: true });
  }
  onSignedIn();
}
