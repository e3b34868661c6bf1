import { createTable } from './data-table.js';
import { h } from './dom.js';
import { at, unknown } from './figures.js';
import { createFold } from './fold.js';
import { createPanel, note } from './panel.js';
import { signalLink } from './router.js';
import { sentenceWord } from './words.js';

/**
 * What came to the doors of late and became no signal, and why.
 */

/** @typedef {import('./store.js').Values['hooks']['recent'][number]} Note */

/** @param {import('./store.js').Store} store */
export function createHooksView(store) {
  /** @type {ReturnType<typeof createTable<Note>>} */
  const table = createTable({
    label: 'Refused at the door',
    columns: [
      { name: 'time', label: 'Time', cell: ({ time }) => at(time) },
      { name: 'source', label: 'Door', cell: ({ source }) => source ?? unknown() },
      {
        name: 'verdict',
        label: 'Verdict',
        cell: ({ verdict, code }) =>
          h('span', {}, sentenceWord(verdict), code !== undefined && ' ', code !== undefined && h('code', {}, code)),
      },
      { name: 'message', label: 'Why', cell: messageCell },
    ],
    keyOf: (one) => JSON.stringify(one),
  });
  const fold = createFold(table.element, { first: 6 });
  return createPanel({
    name: 'hooks',
    title: 'Doors and hooks',
    store,
    render: ({ is_on: isOn, sources, recent }) => {
      const notes = uniqueOf(recent);
      table.update(notes);
      fold.update(notes.length);
      return [
        note(hookWords(isOn, sources)),
        recent.length === 0 ? note('Nothing was refused of late.') : fold.element,
        isOn &&
          note(
            'To see what an alert would become, and to send nothing: ',
            h('code', {}, 'oncefill hooks test SOURCE --body FILE'),
            '.',
          ),
      ];
    },
  });
}

/** @param {Note} note */
function messageCell({ message, fingerprint }) {
  return h(
    'span',
    { class: 'words' },
    message,
    fingerprint !== undefined && ' ',
    fingerprint !== undefined && h('a', { ...signalLink(fingerprint), 'data-focus': `door-${fingerprint}` }, 'explain'),
  );
}

/** @param {boolean} isOn @param {readonly string[]} sources */
function hookWords(isOn, sources) {
  if (!isOn) return 'Hooks are off: alerts of others become no signals here.';
  return sources.length === 0 ? 'Hooks are on, without a source.' : `Hooks are on for ${sources.join(', ')}.`;
}

/** Rows need different keys. @param {readonly Note[]} notes */
function uniqueOf(notes) {
  return [...new Map(notes.map((one) => [JSON.stringify(one), one])).values()];
}
