import { byId, h, refill, setText } from './dom.js';
import { serverNow, silenceMs } from './clock.js';
import { signIn, signOut } from './sign-in.js';
import { longSpanWords } from './times.js';

/**
 * What is at stake, as word and colour; who looks; whether news still come.
 */

/** @typedef {import('./store.js').Store} Store */

/** @param {Store} store */
export function showHeader(store) {
  const environment = byId('environment', HTMLElement);
  const about = byId('about', HTMLElement);
  const links = byId('links', HTMLElement);
  store.on(['hello'], () => {
    const { hello } = store;
    if (!hello) {
      delete document.documentElement.dataset['environment'];
      setText(environment, '…');
      refill(about);
      refill(links);
      return;
    }
    const { environment: word, venue, version, symbols, who, may_trade: mayTrade, web_ui: webUi } = hello;
    document.documentElement.dataset['environment'] = word;
    setText(environment, word.toUpperCase());
    refill(
      about,
      h('strong', {}, venue),
      h(
        'span',
        { class: 'quiet', title: symbols.join(', ') },
        ` ${symbols.length} ${symbols.length === 1 ? 'symbol' : 'symbols'}`,
      ),
    );
    refill(
      links,
      h('span', { class: 'who', title: `${who}\noncefill ${version}` }, `${who}${mayTrade ? '' : ' (may only look)'}`),
      who.startsWith('token') &&
        h('button', { type: 'button', class: 'small', onclick: () => void signOut() }, 'Sign out'),
      webUi !== undefined &&
        /^https?:\/\//.test(webUi) &&
        h('a', { href: webUi, target: '_blank', rel: 'noopener noreferrer' }, 'Temporal'),
    );
  });
}

/** For who has closed the dialog that asked. @param {Store} store */
export function startSignInButton(store) {
  byId('sign-in', HTMLElement).addEventListener('click', () => {
    if (store.stream.kind === 'token needed') signIn(store.stream.message);
  });
}

/** The clock and the banner; called every second, and when the stream changes. @param {Store} store */
export function refreshConnection(store) {
  const clock = byId('clock', HTMLElement);
  const banner = byId('banner', HTMLElement);
  const { stream } = store;
  const now = serverNow();
  setText(clock, now === undefined ? '' : `${new Date(now).toISOString().slice(11, 19)} UTC`);
  clock.title = new Date().toLocaleString(undefined, { timeZoneName: 'long' });
  const words = bannerWords(store);
  banner.hidden = words === undefined;
  setText(byId('banner-words', HTMLElement), words ?? '');
  byId('sign-in', HTMLElement).hidden = stream.kind !== 'token needed';
  document.documentElement.dataset['stream'] = stream.kind;
  setText(byId('connection', HTMLElement), CONNECTION_WORDS[stream.kind]);
}

/** @type {Readonly<Record<import('./stream.js').StreamState['kind'], string>>} */
const CONNECTION_WORDS = {
  connecting: '◌ connecting',
  open: '● connected',
  lost: '✕ no connection',
  'token needed': '✕ not signed in',
  paused: '◌ paused',
};

function lastWord() {
  const silence = silenceMs();
  return silence === undefined
    ? ''
    : ` Its last word came ${longSpanWords(silence)} ago: what stands here may be over.`;
}

/** @param {Store} store */
function bannerWords({ stream, isOutdated }) {
  switch (stream.kind) {
    case 'lost':
      return `✕ ${stream.message}${lastWord()} Trying again.`;
    case 'token needed':
      return `✕ ${stream.message}`;
    default:
      return isOutdated ? 'oncefill was changed to another version: reload this page.' : undefined;
  }
}
