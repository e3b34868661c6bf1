import { createTable } from './data-table.js';
import { h, setText } from './dom.js';
import { at, unknown, until } from './figures.js';
import { createFilterBar } from './filter-bar.js';
import { createFold } from './fold.js';
import { createPanel, note } from './panel.js';
import { currentView, goTo, onView, RUNNING, signalLink } from './router.js';
import { isListed, outcomeOf } from './signal-filter.js';
import { readTime, spanWords } from './times.js';
import { badge, lookOf, sentenceWord, side } from './words.js';

/**
 * Signals as they pass, newest first.
 */

/** @typedef {import('../src/page/feed').PageSignal} Signal */

/** @type {readonly import('./data-table.js').Column<Signal>[]} */
const COLUMNS = [
  { name: 'time', label: 'Time', cell: ({ started_at: time }) => at(time) },
  { name: 'symbol', label: 'Symbol', cell: symbolCell },
  { name: 'side', label: 'Side', cell: ({ direction }) => side(direction) },
  {
    name: 'strategy',
    label: 'Strategy',
    cell: ({ strategy }) => h('span', { class: 'cut', title: strategy }, strategy),
  },
  { name: 'state', label: 'State', cell: stateCell },
  { name: 'why', label: 'Why', cell: whyCell },
  { name: 'took', label: 'Took', isNumber: true, cell: tookCell },
];

/** @param {Signal} signal */
function symbolCell({ symbol, fingerprint }) {
  return h(
    'a',
    { ...signalLink(fingerprint), 'data-focus': `signal-${fingerprint}`, title: `Why ${symbol}: ${fingerprint}` },
    symbol,
  );
}

/** @param {Signal} signal */
function stateCell(signal) {
  const { outcome, state, status } = signal;
  if (outcome !== undefined) return badge(lookOf('outcome', outcome), outcome);
  if (outcomeOf(signal) !== RUNNING)
    return badge({ tone: 'quiet', mark: '?', word: sentenceWord(status) }, 'How it ended is not known.');
  return badge(
    { tone: 'busy', mark: '◐', word: state === undefined ? 'running' : sentenceWord(state) },
    state ?? 'Which gate it stands at is not known.',
  );
}

/** @param {Signal} signal */
function whyCell({ detail, denial_code: code, wait_until: end, exit_reason: exit, problem }) {
  return h(
    'span',
    { class: 'cut', title: detail ?? problem },
    code !== undefined && h('code', {}, code),
    end !== undefined && h('span', { class: 'waits' }, 'waits until ', until(end), detail === undefined ? '' : ': '),
    detail,
    problem !== undefined && h('span', { class: 'quiet' }, problem),
    exit !== undefined && h('span', { class: 'quiet' }, ` exit: ${sentenceWord(exit)}`),
  );
}

/** @param {Signal} signal */
function tookCell({ started_at: start, ended_at: end }) {
  const [from, to] = [readTime(start), readTime(end)];
  if (to === undefined && from !== undefined)
    return h('span', { class: 'quiet', 'data-since': from, title: 'so far' }, '');
  return from === undefined || to === undefined ? unknown() : h('span', { class: 'figure' }, spanWords(to - from));
}

/** @param {import('./store.js').Store} store */
export function createSignalsView(store) {
  /** @type {ReturnType<typeof createTable<Signal>>} */
  const table = createTable({
    label: 'Signals',
    columns: COLUMNS,
    keyOf: ({ fingerprint }) => fingerprint,
    classOf: (signal) => (outcomeOf(signal) === RUNNING ? 'running' : ''),
    onOpen: ({ fingerprint }) => goTo({ signal: fingerprint }, { isStep: true }),
  });
  const none = note('');
  const fold = createFold(table.element, { first: 12, id: 'signals' });
  fold.element.append(none);
  const refresh = () => {
    const signals = store.value('signals') ?? [];
    const listed = signals.filter((signal) => isListed(signal, currentView()));
    table.update(listed);
    fold.update(listed.length);
    none.hidden = listed.length > 0;
    const isEmpty = signals.length === 0;
    setText(
      none,
      isEmpty ? 'No signal yet: one that comes appears here at once.' : 'No signal of the list fits the filter.',
    );
  };
  const bar = createFilterBar(store);
  // The same elements every time: rows stay where they are.
  const panel = createPanel({
    name: 'signals',
    title: 'Signals',
    store,
    isCounted: true,
    render: () => [bar, fold.element],
  });
  store.on(['signals'], refresh);
  onView(refresh);
  return panel;
}
