import { cancelAct } from './acts.js';
import { ask, ApiFailure, signalPath } from './api.js';
import { openDialog } from './dialog.js';
import { h, refill } from './dom.js';
import { explanationBody, explanationTitle } from './explanation-parts.js';
import { currentView, goTo, onView } from './router.js';
import { isListed } from './signal-filter.js';
import { signIn } from './sign-in.js';

/**
 * Why a signal became an order, or none: opened by its fingerprint in the address, and asked for anew when the signal moves on.
 */

/** @typedef {import('./store.js').Store} Store */

/** Where no engine runs, what a signal says of itself comes late or never: its explanation is not kept waiting for it longer. */
const OWN_WORDS_MS = 500;

/** @param {Store} store */
export function showExplanations(store) {
  /** @type {Drawer | undefined} */
  let drawer;
  onView(({ signal }) => {
    if (signal === drawer?.fingerprint) return;
    const former = drawer;
    drawer = signal === undefined ? undefined : new Drawer(store, signal, former);
    if (!drawer) former?.close();
  });
  store.on(['signals'], () => drawer?.refreshIfMoved());
}

class Drawer {
  #signature = '';
  #questions = 0;

  /**
   * @param {Store} store
   * @param {string} fingerprint
   * @param {Drawer | undefined} former whose place on the screen it takes
   */
  constructor(store, fingerprint, former) {
    this.store = store;
    this.fingerprint = fingerprint;
    this.body = former?.body ?? h('div', { class: 'drawer-body', tabindex: '-1' });
    this.dialog = former?.dialog ?? this.#open();
    refill(this.body, h('p', { class: 'note' }, 'Asking …'));
    this.body.scrollTop = 0;
    this.refreshIfMoved();
  }

  close() {
    this.dialog.close();
  }

  #open() {
    const dialog = openDialog({
      title: 'Why',
      kind: 'drawer',
      content: [this.body],
      onClose: () => goTo({ signal: undefined }),
    });
    dialog.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'j') this.#step(1);
      if (event.key === 'k') this.#step(-1);
    });
    this.body.focus();
    return dialog;
  }

  /** @param {1 | -1} step to the next one of the list, as it is filtered */
  #step(step) {
    const listed = (this.store.value('signals') ?? []).filter((signal) => isListed(signal, currentView()));
    const place = listed.findIndex(({ fingerprint }) => fingerprint === currentView().signal);
    const next = place === -1 ? undefined : listed[place + step];
    if (next) goTo({ signal: next.fingerprint });
  }

  /** Asks again where the list says another thing of the signal than before. */
  refreshIfMoved() {
    const row = this.store.value('signals')?.find(({ fingerprint }) => fingerprint === this.fingerprint);
    const signature = JSON.stringify(row ?? this.fingerprint);
    if (signature === this.#signature) return;
    this.#signature = signature;
    void this.#ask();
  }

  async #ask() {
    this.#questions += 1;
    const question = this.#questions;
    const path = signalPath(this.fingerprint);
    const isOver = () => question !== this.#questions || currentView().signal !== this.fingerprint;
    try {
      const explanation = await ask('GET', `${path}/explanation`);
      // What was refused at the door has nothing else.
      const isKnown = !isOver() && explanation.status !== 'refused';
      const ownWords = isKnown ? ask('GET', path).catch(() => undefined) : Promise.resolve(undefined);
      const soon = await Promise.race([ownWords, new Promise((resolve) => setTimeout(resolve, OWN_WORDS_MS))]);
      if (!isOver()) this.#show(explanation, soon);
      const late = soon ? undefined : await ownWords;
      if (late && !isOver()) this.#show(explanation, late);
    } catch (error) {
      if (!isOver()) this.#fail(error);
    }
  }

  /** @param {import('./explanation-parts.js').Explanation} explanation @param {import('./explanation-parts.js').SignalBody | undefined} signal */
  #show(explanation, signal) {
    const heading = this.dialog.querySelector('h2');
    if (heading) refill(heading, ...explanationTitle(explanation, signal));
    refill(this.body, this.#cancelButton(explanation, signal), ...explanationBody(explanation, signal));
  }

  /** @param {import('./explanation-parts.js').Explanation} explanation @param {import('./explanation-parts.js').SignalBody | undefined} signal */
  #cancelButton({ status }, signal) {
    if (status !== 'running' || this.store.hello?.may_trade !== true) return undefined;
    const name = signal ? `${signal.signal.direction} ${signal.signal.symbol}` : this.fingerprint;
    const cancel = () => cancelAct(this.store, this.fingerprint, name);
    return h(
      'button',
      { type: 'button', class: 'cancel', 'data-focus': 'cancel', onclick: cancel },
      'Cancel this signal',
    );
  }

  /** @param {unknown} error */
  #fail(error) {
    if (error instanceof ApiFailure && error.needsToken) signIn(error.message);
    const words = error instanceof ApiFailure ? `${error.message} (${error.code})` : String(error);
    refill(
      this.body,
      h('p', { class: 'box bad', role: 'alert' }, words),
      h('button', { type: 'button', onclick: () => void this.#ask() }, 'Ask again'),
    );
  }
}
