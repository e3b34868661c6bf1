import { announceAlerts, createAlertsView } from './alerts-view.js';
import { createBalancesView } from './balances-view.js';
import { createCountsView } from './counts-view.js';
import { closeDialogs, tellDone, untellDone } from './dialog.js';
import { byId, h } from './dom.js';
import { showExplanations } from './explanation-view.js';
import { haltAct } from './acts.js';
import { refreshConnection, showHeader, startSignInButton } from './header-view.js';
import { createHealthView } from './health-view.js';
import { createHooksView } from './hooks-view.js';
import { openHelp, startKeyboard } from './keyboard.js';
import { createLatencyView } from './latency-view.js';
import { createLimitsView } from './limits-view.js';
import { refreshAges } from './panel.js';
import { createPositionsView } from './positions-view.js';
import { createResultView } from './result-view.js';
import { createRiskView } from './risk-view.js';
import { startRouter } from './router.js';
import { signIn, whenSignedIn, whenSignedOut } from './sign-in.js';
import { createSignalsView } from './signals-view.js';
import { placeOf, Store } from './store.js';
import { Stream } from './stream.js';
import { startTheme } from './theme.js';
import { startTicker } from './ticker.js';
import { showTitle } from './title-icon.js';
import { showTrading } from './trading-view.js';
import { createTradesView } from './trades-view.js';

/**
 * Puts the page together.
 */

/** A page that nobody sees costs the server nothing after this; until then its title still tells of alerts. */
const HIDDEN_PATIENCE_MS = 10 * 60_000;

const store = new Store();
const stream = new Stream({
  url: '/api/page/stream',
  onEvent: (event, data) => store.take(event, data),
  onState: (state) => store.takeStream(state),
});

showHeader(store);
startSignInButton(store);
showTitle(store);
showTrading(store, byId('overview', HTMLElement));
byId('alerts', HTMLElement).append(createAlertsView(store));
const charts = h('div', { class: 'pair' }, createLatencyView(store), createResultView(store));
byId('first', HTMLElement).append(
  createPositionsView(store),
  createSignalsView(store),
  charts,
  createTradesView(store),
  createHooksView(store),
);
byId('second', HTMLElement).append(
  createHealthView(store),
  createBalancesView(store),
  createLimitsView(store),
  createCountsView(store),
  createRiskView(store),
);
announceAlerts(store, byId('announcements', HTMLElement));
showExplanations(store);

startTheme(byId('theme', HTMLButtonElement));
byId('help', HTMLButtonElement).addEventListener('click', openHelp);
startKeyboard();
startRouter();
startTicker(refreshAges, () => refreshConnection(store));
for (const button of document.querySelectorAll('[data-jump]')) {
  button.addEventListener('click', () => {
    const section = document.getElementById(button.getAttribute('data-jump') ?? '');
    section?.scrollIntoView();
    section?.focus({ preventScroll: true });
  });
}
const thumb = byId('thumb-halt', HTMLButtonElement);
thumb.addEventListener('click', () => haltAct(store));
store.on(['hello', 'trading', 'stream'], () => {
  thumb.hidden = !store.mayAct || store.value('trading')?.state === 'halted';
});

whenSignedIn(() => stream.open());
whenSignedOut((isAsked) => {
  const wasOpen = store.stream.kind === 'open';
  if (isAsked) {
    untellDone();
    stream.pause();
  }
  store.forget();
  // Whoever is let in no more is told no more, either.
  if (!isAsked && wasOpen) stream.open();
});
store.onForgotten(closeDialogs);
store.on(['hello'], () => {
  const { hello, formerPlace } = store;
  if (!hello || formerPlace === undefined) return;
  store.formerPlace = undefined;
  const words = `This is ${placeOf(hello)} now. All that stood here was of ${formerPlace}.`;
  tellDone(words, { isFailure: true, replaces: /^This is .* now\. / });
});
store.on(['stream'], () => {
  refreshConnection(store);
  if (store.stream.kind === 'token needed') signIn(store.stream.message);
});
let hidden = 0;
document.addEventListener('visibilitychange', () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(() => stream.pause(), HIDDEN_PATIENCE_MS);
  else if (store.stream.kind !== 'open') stream.open();
});
// A page that is left must not hold a connection while the browser keeps it for the button "back".
window.addEventListener('pagehide', () => stream.pause());
window.addEventListener('pageshow', (event) => event.persisted && stream.open());
stream.open();
