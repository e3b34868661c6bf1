import type { OutcomeKind } from '../../../src/domain/outcome';
import { Problems } from '../../../src/trading/problems';
import { watchVenue } from '../../../src/trading/venue-problems';
import type { EndpointGroup, RequestReport, UnreadableRows, Venue } from '../../../src/venues/venue';

const MINUTE_MS = 60_000;

let problems: Problems;
let alerts: string[];
let tell: (report: RequestReport) => void;
let tellRows: (report: UnreadableRows) => void;

beforeEach(() => {
  jest.useFakeTimers({ now: 1_700_000_000_000 });
  alerts = [];
  problems = new Problems((sentence) => alerts.push(sentence));
  const venue = {
    name: 'bybit',
    onRequestReport: (listener: typeof tell) => (tell = listener),
    onUnreadableRows: (listener: typeof tellRows) => (tellRows = listener),
  };
  watchVenue(venue as unknown as Venue, problems);
});

afterEach(() => jest.useRealTimers());

const answered: RequestReport = { endpoint: 'account' };

function failed(kind: OutcomeKind, endpoint: EndpointGroup = 'account', httpStatus?: number): RequestReport {
  return {
    endpoint,
    outcome: { kind, message: 'Bybit 33004: Your api key has expired.', httpStatus, retryAfterMs: 600_000 },
  };
}

test.each<[string, RequestReport]>([
  ['a read', failed('FATAL')],
  ['a public request', failed('FATAL', 'market_data')],
])('%s that is refused for good alerts, with the venue’s sentence', (_what, report) => {
  tell(report);
  expect(alerts).toEqual([expect.stringContaining('Your api key has expired.')]);
  expect(problems.list()).toEqual(alerts);
});

test('a key that is refused again and again alerts once', () => {
  for (let count = 0; count < 20; count += 1) tell(failed('FATAL'));
  expect(alerts).toHaveLength(1);
});

test.each<[string, RequestReport]>([['a read', answered]])(
  'the key is good again once %s is answered',
  (_what, report) => {
    tell(failed('FATAL'));
    tell(report);
    expect(problems.list()).toEqual([]);
  },
);

test.each<[string, RequestReport]>([
  ['a public request', { endpoint: 'market_data' }],
  ['an order that was never sent', failed('REJECTED')],
  ['silence', failed('UNKNOWN')],
  ['a limit', failed('RATE_LIMITED', 'account', 429)],
])('a refused key is not good because of %s', (_what, report) => {
  tell(failed('FATAL'));
  tell(report);
  expect(problems.list()).toHaveLength(1);
});

test.each<[string, OutcomeKind]>([
  ['accepted', 'PLACED'],
  ['refused for its own sake', 'REJECTED'],
  ['known', 'DUPLICATE'],
])('orders are taken again once one is %s, and no read says so', (_what, kind) => {
  tell(failed('FATAL', 'order', 401));
  tell(answered);
  expect(problems.list()).toHaveLength(1);
  tell(failed(kind, 'order', 200));
  expect(problems.list()).toEqual([]);
});

test('a key that some reads refuse and others take does not alert with each of them', () => {
  for (let count = 0; count < 20; count += 1) {
    tell(failed('FATAL'));
    tell(answered);
    jest.advanceTimersByTime(5_000);
  }
  expect(alerts).toHaveLength(1);
});

test('a ban says until when, and ends with the next request that is served', () => {
  tell(failed('BANNED', 'account', 403));
  expect(problems.list()).toEqual([expect.stringContaining(new Date(Date.now() + 600_000).toISOString())]);
  jest.advanceTimersByTime(600_000);
  expect(problems.list()).toHaveLength(1);
  tell({ endpoint: 'market_data' });
  expect(problems.list()).toEqual([]);
});

test.each<[string, RequestReport]>([
  ['cannot be reached', failed('NOT_PLACED')],
  ['does not answer', failed('UNKNOWN')],
  ['fails by itself', failed('UNKNOWN', 'market_data', 503)],
])('a venue that %s for a minute is told of, until it answers', (_what, report) => {
  tell(answered);
  tell(report);
  expect(problems.list()).toEqual([]);
  jest.advanceTimersByTime(MINUTE_MS);
  tell(report);
  expect(problems.list()).toEqual([expect.stringContaining('bybit has served no request since')]);
  tell(answered);
  expect(problems.list()).toEqual([]);
});

test('a venue that was not asked for an hour is not unreachable with its first failure', () => {
  tell(answered);
  jest.advanceTimersByTime(60 * MINUTE_MS);
  tell(failed('UNKNOWN'));
  expect(problems.list()).toEqual([]);
});

test.each<[string, RequestReport]>([
  ['an answer', answered],
  ['a limit', failed('RATE_LIMITED', 'account', 429)],
])('failures with %s in between are no silence', (_what, report) => {
  for (let minute = 0; minute < 10; minute += 1) {
    tell(failed('UNKNOWN'));
    jest.advanceTimersByTime(MINUTE_MS);
    tell(report);
  }
  expect(alerts).toEqual([]);
});

test('the silence of a minute is no shorter because the clock of the machine was set back', () => {
  tell(failed('UNKNOWN'));
  jest.advanceTimersByTime(MINUTE_MS);
  jest.setSystemTime(Date.now() - 60 * MINUTE_MS);
  tell(failed('UNKNOWN'));
  expect(problems.list()).toHaveLength(1);
});

test('symbols whose rows cannot be read are named with the field, until they can be read again', () => {
  tellRows({
    what: 'instruments',
    faults: [{ symbol: 'BTCUSDT', fault: 'lotSizeFilter.qtyStep: needed is a number' }],
  });
  tellRows({ what: 'prices', faults: [] });
  expect(alerts).toEqual([expect.stringMatching(/^bybit tells .* of BTCUSDT \(lotSizeFilter\.qtyStep: /)]);
  expect(problems.list()).toEqual(alerts);
  tellRows({ what: 'instruments', faults: [] });
  expect(problems.list()).toEqual([]);
});

describe('positions whose rows cannot be read', () => {
  const BITCOIN = { symbol: 'BTCUSDT', fault: 'seq: needed is a number' };
  const ETHER = { symbol: 'ETHUSDT', fault: 'it is named twice' };
  const tellPositions = (...faults: UnreadableRows['faults']): void => tellRows({ what: 'positions', faults });

  test('are told once that has lasted, with what follows, until they can be read', () => {
    tellPositions(BITCOIN);
    jest.advanceTimersByTime(15_000);
    tellPositions(BITCOIN, ETHER);
    expect(alerts).toEqual([]);
    jest.advanceTimersByTime(5_000);
    tellPositions(BITCOIN, ETHER);
    expect(alerts).toEqual([
      expect.stringMatching(/^bybit tells the position in BTCUSDT \(seq: .* has a stop, and entries .* wait/),
    ]);
    expect(problems.list()).toEqual(alerts);
    tellPositions();
    expect(problems.list()).toEqual([]);
  });

  test('are no news where each time they are others', () => {
    for (let count = 0; count < 20; count += 1) {
      tellPositions(count % 2 === 0 ? BITCOIN : ETHER);
      jest.advanceTimersByTime(5_000);
    }
    expect(alerts).toEqual([]);
  });
});
