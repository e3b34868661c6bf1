import { feedLimiter } from '../../../src/trading/limit-feedback';
import type { LimitReport, Venue } from '../../../src/venues/venue';

const NOW_MS = 1_700_000_000_000;
const OK: LimitReport = { endpoint: 'account', kind: 'ok', remaining: 7, observedAtMs: NOW_MS };

beforeEach(() => jest.useFakeTimers({ now: NOW_MS }));
afterEach(() => jest.useRealTimers());

function feed() {
  let tell: (report: LimitReport) => void = () => undefined;
  const venue = { name: 'bybit', onLimitReport: (listener: typeof tell) => (tell = listener) };
  const signal = jest.fn(async (_definition: unknown, _report: LimitReport) => undefined);
  const client = { workflow: { getHandle: () => ({ signal }) } };
  feedLimiter(venue as unknown as Venue, client as never, 'account', {} as never);
  return { tell: (report: LimitReport) => tell(report), told: () => signal.mock.calls.map(([, report]) => report) };
}

test('a process that has just started tells of its first ordinary reply', () => {
  const { tell, told } = feed();
  tell(OK);
  expect(told()).toEqual([OK]);
});

test.each([-3_600_000, 3_600_000])(
  'ordinary replies are told of now and then, though the clock steps by %d ms',
  (stepMs) => {
    const { tell, told } = feed();
    tell(OK);
    jest.setSystemTime(NOW_MS + stepMs);
    tell(OK);
    expect(told()).toHaveLength(1);
    jest.advanceTimersByTime(10_000);
    tell(OK);
    expect(told()).toHaveLength(2);
  },
);

test('a refusal is told of at once, with its span', () => {
  const { tell, told } = feed();
  const refusal: LimitReport = { ...OK, kind: 'banned', resumeAtMs: NOW_MS + 600_000, resumeAfterMs: 600_000 };
  tell(OK);
  tell(refusal);
  expect(told()).toEqual([OK, refusal]);
});
