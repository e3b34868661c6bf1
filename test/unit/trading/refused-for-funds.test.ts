import type { OutcomeKind, VenueOutcome } from '../../../src/domain/outcome';
import { Problems } from '../../../src/trading/problems';
import { RefusedForFunds } from '../../../src/trading/refused-for-funds';
import { VENUE_DEFINITIONS } from '../../../src/venues/definitions';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function watched(refresh = jest.fn(async () => undefined as void)) {
  const alerts: string[] = [];
  const problems = new Problems((sentence) => alerts.push(sentence));
  const codes = VENUE_DEFINITIONS.bybit.fundsRefusals;
  return { refusals: new RefusedForFunds({ venue: 'bybit', codes, problems, refresh }), problems, alerts, refresh };
}

function outcome(kind: OutcomeKind, venueCode?: string): VenueOutcome {
  return { kind, venueCode, httpStatus: 200, message: `Bybit ${venueCode}: ab not enough for new order` };
}

test.each(['110007', '110004', '110012', '110045', '170131'])(
  'an order that is refused with %s has the balances read at once, and tells a person',
  (code) => {
    const { refusals, alerts, problems, refresh } = watched();
    refusals.note(outcome('REJECTED', code));
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(alerts).toEqual([expect.stringContaining(code)]);
    expect(problems.codes()).toEqual(['FUNDS_REFUSED']);
  },
);

test('many of them have the balances read once in five seconds, and tell a person once in a minute', async () => {
  const { refusals, alerts, refresh } = watched();
  for (let atMs = 0; atMs < 60_000; atMs += 100) {
    refusals.note(outcome('REJECTED', '110007'));
    await jest.advanceTimersByTimeAsync(100);
  }
  expect(refresh).toHaveBeenCalledTimes(12);
  expect(alerts).toHaveLength(1);
});

test('where the account did not hear of one, the next one tells it', async () => {
  const { refusals, refresh } = watched();
  refresh.mockRejectedValueOnce(new Error('no server'));
  refusals.note(outcome('REJECTED', '110007'));
  await jest.advanceTimersByTimeAsync(0);
  refusals.note(outcome('REJECTED', '110007'));
  expect(refresh).toHaveBeenCalledTimes(2);
});

test.each<[string, VenueOutcome]>([
  ['for another reason', outcome('REJECTED', '110017')],
  ['before it was sent', outcome('REJECTED')],
  ['for now', outcome('RATE_LIMITED', '10006')],
  ['without proof', outcome('UNKNOWN', '110007')],
])('an order that is refused %s changes nothing', (_why, answer) => {
  const { refusals, alerts, refresh } = watched();
  refusals.note(answer);
  expect(refresh).not.toHaveBeenCalled();
  expect(alerts).toEqual([]);
});
