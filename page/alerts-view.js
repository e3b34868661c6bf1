import { silenceAct, unsilenceAct } from './acts.js';
import { h, setText } from './dom.js';
import { since, until } from './figures.js';
import { createPanel, note } from './panel.js';
import { badge, lookOf } from './words.js';

/**
 * What is not as it should be, whom it was told to, and what is silenced.
 */

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Values['alerts']} Alerts */

/** @param {Store} store */
export function createAlertsView(store) {
  const panel = createPanel({
    name: 'alerts',
    title: 'Alerts',
    store,
    also: ['hello'],
    render: ({ open, silences, told_to: toldTo }) => {
      const mayTrade = store.hello?.may_trade === true;
      return [
        open.length === 0
          ? note('● No alert is open.')
          : h('ul', { class: 'alerts' }, ...open.map((alert) => alertRow(store, alert, mayTrade))),
        silences.length > 0 &&
          h('ul', { class: 'silences' }, ...silences.map((silence) => silenceRow(store, silence, mayTrade))),
        note(`Alerts: ${toldTo}`),
      ];
    },
  });
  store.on(['alerts'], () => panel.classList.toggle('calm', store.value('alerts')?.open.length === 0));
  return panel;
}

/** @param {Store} store @param {Alerts['open'][number]} alert @param {boolean} mayTrade */
function alertRow(store, { rule, severity, subject, text, since: start, is_silenced: isSilenced }, mayTrade) {
  const silence = () => silenceAct(store, rule, subject);
  return h(
    'li',
    { class: isSilenced ? 'silenced' : severity },
    badge(lookOf('severity', severity)),
    h(
      'span',
      { class: 'alert-text' },
      h('strong', {}, text),
      h('span', { class: 'quiet' }, h('code', {}, rule), ` ${subject}, for `, since(start)),
    ),
    isSilenced && h('span', { class: 'tag' }, 'silenced'),
    mayTrade &&
      !isSilenced &&
      h(
        'button',
        {
          type: 'button',
          class: 'small',
          'data-focus': `silence-${rule}-${subject}`,
          'aria-label': `Silence ${rule} ${subject}`,
          onclick: silence,
        },
        'Silence',
      ),
  );
}

/** @param {Store} store @param {Alerts['silences'][number]} silence @param {boolean} mayTrade */
function silenceRow(store, { rule, subject, reason, who, until: end }, mayTrade) {
  const name = subject === undefined ? rule : `${rule} ${subject}`;
  return h(
    'li',
    {},
    h(
      'span',
      { class: 'alert-text' },
      h('span', {}, h('code', {}, rule), subject === undefined ? '' : ` ${subject}`, ' is silenced until ', until(end)),
      h('span', { class: 'quiet' }, `${who}: ${reason}`),
    ),
    mayTrade &&
      h(
        'button',
        {
          type: 'button',
          class: 'small',
          'data-focus': `unsilence-${name}`,
          'aria-label': `End silence of ${name}`,
          onclick: () => unsilenceAct(store, rule, subject),
        },
        'End silence',
      ),
  );
}

/**
 * Says what is new, aloud, and only that: alerts alone, never the stream of signals.
 *
 * @param {Store} store
 * @param {HTMLElement} region one with `aria-live="polite"`
 */
export function announceAlerts(store, region) {
  /** @type {Set<string> | undefined} */
  let known;
  store.on(['alerts'], () => {
    const open = store.value('alerts')?.open;
    if (open === undefined) {
      if (store.hello !== undefined) return;
      known = undefined;
      setText(region, '');
      return;
    }
    const names = new Map(
      open.map(({ rule, subject, severity, text }) => [`${rule} ${subject}`, `${severity} alert: ${text}`]),
    );
    const fresh = [...names].filter(([name]) => !known?.has(name)).map(([, words]) => words);
    if (fresh.length > 0) setText(region, fresh.join(' '));
    known = new Set(names.keys());
  });
}
