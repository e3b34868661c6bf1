import * as feed from '../../../src/page/feed';
import { pageModule } from '../../support/page-module';

const terms = pageModule<Record<string, unknown>>('terms.js');

test('the page and the server agree on how often sections are read, when they are stale, and what is typed', () => {
  const { SECTION_INTERVAL_MS, STALE_AFTER_READS, BEAT_INTERVAL_MS, CONFIRMATION_WORD } = feed;
  expect(terms).toMatchObject({ SECTION_INTERVAL_MS, STALE_AFTER_READS, BEAT_INTERVAL_MS, CONFIRMATION_WORD });
});

interface Sse {
  createEventReader: (onEvent: (event: string, data: string) => void) => (text: string) => void;
}
const { createEventReader } = pageModule<Sse>('sse.js');

function read(...pieces: readonly string[]): string[][] {
  const events: string[][] = [];
  const take = createEventReader((event, data) => events.push([event, data]));
  for (const piece of pieces) take(piece);
  return events;
}

describe('the stream is taken apart', () => {
  const STREAM = 'event: hello\ndata: {"a":1}\n\n: a comment\n\nevent: beat\ndata:{"b":\ndata: 2}\n\n';
  const EVENTS = [
    ['hello', '{"a":1}'],
    ['beat', '{"b":\n2}'],
  ];

  test('as a whole', () => {
    expect(read(STREAM)).toEqual(EVENTS);
  });

  test('wherever the network cuts it', () => {
    for (let cut = 1; cut < STREAM.length; cut += 1)
      expect(read(STREAM.slice(0, cut), STREAM.slice(cut))).toEqual(EVENTS);
    expect(read(...STREAM.split(''))).toEqual(EVENTS);
  });

  test('with the ends of lines of other systems, cut anywhere', () => {
    const other = STREAM.replaceAll('\n', '\r\n');
    expect(read(...other.split(''))).toEqual(EVENTS);
    expect(read(other)).toEqual(EVENTS);
  });

  test('and an event that has not ended is none', () => {
    expect(read('event: hello\ndata: 1\n')).toEqual([]);
  });

  test('and one without end is given up', () => {
    const take = createEventReader(() => undefined);
    expect(() => {
      for (let piece = 0; piece < 10; piece += 1) take('x'.repeat(1_000_000));
    }).toThrow('too long');
  });
});

interface Filter {
  isListed: (signal: object, view: { outcomes: string[]; codes: string[]; text: string }) => boolean;
  chipCounts: (names: string[], chosen: string[], order?: string[]) => [string, number][];
}
// It knows the router, which looks at the address when it is asked only.
const { isListed, chipCounts } = pageModule<Filter>('signal-filter.js');
const ANY = { outcomes: [], codes: [], text: '' };
const DENIED = {
  fingerprint: '0123456789abcdef',
  symbol: 'BTCUSDT',
  direction: 'BUY',
  strategy: 'Trend',
  status: 'ended',
  outcome: 'DENIED',
  denial_code: 'COOLING_DOWN',
};

describe('a signal is listed', () => {
  test.each([
    [ANY, true],
    [{ ...ANY, outcomes: ['DENIED', 'FILLED'] }, true],
    [{ ...ANY, outcomes: ['RUNNING'] }, false],
    [{ ...ANY, codes: ['COOLING_DOWN'] }, true],
    [{ ...ANY, codes: ['NO_STOP'] }, false],
    [{ ...ANY, text: 'btc trend' }, true],
    [{ ...ANY, text: 'btc eth' }, false],
    [{ ...ANY, text: '  cooling ' }, true],
  ])('by %j: %p', (view, expected) => {
    expect(isListed(DENIED, view)).toBe(expected);
  });

  test('as running until it has an outcome', () => {
    const running = { ...DENIED, status: 'running', outcome: undefined };
    expect(isListed(running, { ...ANY, outcomes: ['RUNNING'] })).toBe(true);
  });
});

test('a chip that is chosen stays, also when nothing is of it', () => {
  expect(chipCounts(['B', 'A', 'B'], ['C'], ['A', 'D'])).toEqual([
    ['A', 1],
    ['C', 0],
    ['B', 2],
  ]);
});
