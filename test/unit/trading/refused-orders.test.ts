import type { OutcomeKind, VenueOutcome } from '../../../src/domain/outcome';
import { Problems } from '../../../src/trading/problems';
import { RefusedOrders } from '../../../src/trading/refused-orders';

let alerts: string[];
let problems: Problems;
let refusals: RefusedOrders;

beforeEach(() => {
  alerts = [];
  problems = new Problems((sentence) => alerts.push(sentence));
  refusals = new RefusedOrders('bybit', problems);
});

function note(kind: OutcomeKind, times = 1, change: Partial<VenueOutcome> = {}): void {
  const outcome = { kind, message: 'Bybit 10001: position idx not match position mode', httpStatus: 200, ...change };
  for (let count = 0; count < times; count += 1) refusals.note(outcome);
}

test('orders that are refused one after the other alert once, with the newest reason', () => {
  note('REJECTED', 20);
  expect(alerts).toEqual([expect.stringMatching(/^bybit has refused the last 5 orders, since .*Z; .*position mode$/)]);
  expect(problems.list()).toEqual([expect.stringContaining('the last 20 orders')]);
});

test.each<[string, () => void]>([
  ['one that is accepted between them', () => note('PLACED')],
  ['one that was accepted before', () => note('DUPLICATE')],
])('%s begins the count anew, and ends the problem', (_name, accepted) => {
  note('REJECTED', 5);
  accepted();
  expect(problems.list()).toEqual([]);
  note('REJECTED', 4);
  expect(problems.list()).toEqual([]);
});

test.each<[string, () => void]>([
  ['four refusals', () => note('REJECTED', 4)],
  ['orders that were never sent', () => note('REJECTED', 9, { httpStatus: undefined })],
  ['answers that prove nothing', () => note('UNKNOWN', 9)],
  ['too many requests', () => note('RATE_LIMITED', 9)],
])('%s are no problem', (_name, happen) => {
  happen();
  expect(problems.list()).toEqual([]);
});
