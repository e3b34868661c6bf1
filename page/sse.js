/**
 * Takes a stream of server-sent events apart.
 */

/** Longest event, characters: a section of a hundred long signals is far below. */
const EVENT_LENGTH_MAX = 4_000_000;

/**
 * @param {(event: string, data: string) => void} onEvent
 * @returns {(text: string) => void} takes the next piece of the stream
 * @throws Error where an event grows beyond all bounds
 */
export function createEventReader(onEvent) {
  let rest = '';
  let event = '';
  /** @type {string[]} */
  let data = [];
  /** @param {string} line */
  const takeLine = (line) => {
    if (line === '') {
      if (data.length > 0) onEvent(event === '' ? 'message' : event, data.join('\n'));
      event = '';
      data = [];
      return;
    }
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') event = value;
    else if (name === 'data') data.push(value);
  };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_LENGTH_MAX) throw new Error('An event of the stream is too long.');
    for (const line of lines) takeLine(line);
  };
}
