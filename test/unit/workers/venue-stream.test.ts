import type { VenueOutcome } from '../../../src/domain/outcome';
import type { RequestReport } from '../../../src/venues/venue';
import { hearStream } from '../../../workers/venue-stream';
import { StubStream } from '../trading/fixtures/stub-stream';

const BAN: VenueOutcome = { kind: 'BANNED', message: 'access too frequent' };

let stream: StubStream;
let clockMs: number | undefined;
let said: string[];
let report: (report: RequestReport) => void;

function hear(isWanted?: boolean): ReturnType<typeof hearStream> {
  const venue = {
    name: 'bybit',
    stream,
    clockMs: () => clockMs,
    onRequestReport: (listener: typeof report) => (report = listener),
  };
  const log = (message: string): number => said.push(message);
  return hearStream(venue as never, { info: () => undefined, warn: log } as never, { isWanted });
}

beforeEach(() => {
  jest.useFakeTimers();
  stream = new StubStream();
  clockMs = undefined;
  said = [];
});
afterEach(() => jest.useRealTimers());

test("it listens as soon as the venue's clock is known, and not before", () => {
  hear();
  jest.advanceTimersByTime(60_000);
  expect(stream.isLive).toBe(false);
  clockMs = 1;
  jest.advanceTimersByTime(1_000);
  expect(stream.isLive).toBe(true);
});

test('what the stream tells during a ban is said to people, and only then', () => {
  hear();
  stream.tell('of-1', 'Filled');
  report({ endpoint: 'account', outcome: BAN });
  stream.tell('of-2', 'Filled');
  stream.tell('of-2', 'PartiallyFilled');
  report({ endpoint: 'account' });
  stream.tell('of-3', 'Filled');
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/bybit refuses requests.*Filled.*proved/);
});

test('a venue without a stream is waited for by nobody', () => {
  const { hints, heartbeat } = hearStream({ name: 'other' } as never, {} as never);
  expect([hints.isTrusted, heartbeat]).toEqual([false, undefined]);
});

test('a stream that is switched off is never opened, waited for by nobody, and said to be off by configuration', () => {
  clockMs = 1;
  const { hints, heartbeat } = hear(false);
  jest.advanceTimersByTime(60_000);
  expect([stream.isLive, hints.isTrusted]).toEqual([false, false]);
  stream.start();
  stream.tell('of-1', 'Filled');
  expect([hints.isTrusted, hints.of('of-1')]).toEqual([false, undefined]);
  expect(heartbeat?.()).toMatchObject({ state: 'off_by_configuration' });
});
