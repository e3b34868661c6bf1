import { pageModule } from '../../support/page-module';

interface Store {
  hello: unknown;
  mayAct: boolean;
  isOutdated: boolean;
  formerPlace: string | undefined;
  takeStream(state: object): void;
  forget(): void;
  onForgotten(listener: () => void): void;
  take(event: string, data: unknown): void;
  on(topics: string[], listener: () => void): void;
  value(name: string): unknown;
  problem(name: string): string | undefined;
  ageMs(name: string, nowMs: number): number | undefined;
  isStale(name: string, nowMs: number): boolean;
}
const { confirmationWordOf } = pageModule<{ confirmationWordOf: (hello: unknown) => string | undefined }>(
  'act-dialog.js',
);
const { Store } = pageModule<{ Store: new () => Store }>('store.js');

const READ_AT = '2026-11-29T12:00:00.000Z';
const READ_MS = Date.parse(READ_AT);

const HELLO = { environment: 'paper', venue: 'paper', version: '0.1.0', now: READ_AT, may_trade: true };

function storeOf(section: object): Store {
  const store = new Store();
  store.take('section', { name: 'trading', ...section });
  return store;
}

describe('what the server tells', () => {
  test('is stale three readings and a beat after it was read, and only then', () => {
    const store = storeOf({ read_at: READ_AT, value: { state: 'active' } });
    expect(store.isStale('trading', READ_MS + 5_000)).toBe(false);
    expect(store.isStale('trading', READ_MS + 5_001)).toBe(true);
  });

  test('is young again with a beat that says that it was read, without a change', () => {
    const store = storeOf({ read_at: READ_AT, value: { state: 'active' } });
    store.take('beat', { now: READ_AT, read_at: { trading: '2026-11-29T12:01:00.000Z' } });
    expect(store.ageMs('trading', READ_MS + 61_000)).toBe(1_000);
  });

  test('has no age where it was never read', () => {
    const store = storeOf({ problem: 'no account runs.' });
    expect([store.value('trading'), store.ageMs('trading', READ_MS), store.isStale('trading', READ_MS)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    expect(store.problem('trading')).toBe('no account runs.');
  });

  test('is forgotten when a server that started anew has not read it', () => {
    const store = storeOf({ read_at: READ_AT, value: { state: 'active' } });
    store.take('section', { name: 'trading' });
    expect([store.value('trading'), store.ageMs('trading', READ_MS)]).toEqual([undefined, undefined]);
  });

  test('is forgotten as a whole where nobody is let in any more, and all who listen hear of it', () => {
    const store = storeOf({ read_at: READ_AT, value: { state: 'active' } });
    store.take('hello', HELLO);
    const heard: unknown[] = [];
    store.on(['trading'], () => void heard.push(store.value('trading')));
    store.on(['hello'], () => void heard.push(store.hello));
    store.onForgotten(() => void heard.push('all'));
    store.forget();
    expect(heard).toEqual([{ state: 'active' }, HELLO, undefined, undefined, 'all']);
    expect(store.ageMs('trading', READ_MS)).toBeUndefined();
  });

  test.each([
    ['environment', { environment: 'live' }, false, 'PAPER at paper'],
    ['venue', { venue: 'bybit' }, false, 'PAPER at paper'],
    ['version', { version: '0.2.0' }, true, undefined],
  ])('is forgotten where the server tells of another %s', (_what, change, isOutdated, formerPlace) => {
    const store = storeOf({ read_at: READ_AT, value: { state: 'active' } });
    store.take('hello', HELLO);
    store.take('hello', HELLO);
    expect(store.value('trading')).toEqual({ state: 'active' });
    let forgotten = 0;
    store.onForgotten(() => (forgotten += 1));
    store.take('hello', { ...HELLO, ...change });
    expect([store.value('trading'), forgotten]).toEqual([undefined, 1]);
    expect([store.isOutdated, store.formerPlace]).toEqual([isOutdated, formerPlace]);
  });

  test('of a section that this page does not know is left out', () => {
    const store = new Store();
    store.take('section', { name: 'weather', value: 'fine' });
    store.take('section', { name: 'constructor', value: 'fine' });
    expect([store.value('weather'), store.value('constructor')]).toEqual([undefined, undefined]);
  });

  test('reaches all who listen, whatever one of them makes of it', () => {
    const store = new Store();
    const heard: string[] = [];
    const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    let isFirst = true;
    store.on(['trading'], () => {
      if (!isFirst) throw new Error('cannot be shown');
      isFirst = false;
    });
    store.on(['trading'], () => void heard.push(String(store.value('trading'))));
    store.take('section', { name: 'trading', value: 'news' });
    expect(heard).toEqual(['undefined', 'news']);
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });
});

describe('acts are offered', () => {
  test('to who may trade, and not to who may only look', () => {
    const store = new Store();
    store.takeStream({ kind: 'lost', message: 'The connection is lost.' });
    store.take('hello', HELLO);
    expect(store.mayAct).toBe(true);
    store.take('hello', { ...HELLO, may_trade: false });
    expect(store.mayAct).toBe(false);
  });

  test.each([
    ['lost', true],
    ['connecting', false],
    ['open', false],
    ['token needed', false],
    ['paused', false],
  ])('where nobody told what the viewer may do, with a stream that is %s: %p', (kind, expected) => {
    const store = new Store();
    store.takeStream({ kind, message: 'A sentence.' });
    expect(store.mayAct).toBe(expected);
  });

  test.each([
    [undefined, 'live'],
    [{ environment: 'paper', confirms_acts: false }, undefined],
    [{ environment: 'live', confirms_acts: true }, 'live'],
    [{ environment: 'testnet', confirms_acts: true }, 'testnet'],
  ])('and confirmed by the word of what is at stake, or of real money where that is not known: %j', (hello, word) => {
    expect(confirmationWordOf(hello)).toBe(word);
  });
});
