/** Which road an order is counted for, and how long it took. */
import { SignalPace } from '../../../workflows/signal-pace';

const STARTED_AT_MS = 1_000;

beforeEach(() => {
  jest.useFakeTimers({ now: STARTED_AT_MS });
});

afterEach(() => {
  jest.useRealTimers();
});

/** The short road told of itself: 10 ms to the funds, 30 more to the answer. */
function traded(startedAtMs: number | undefined = STARTED_AT_MS): SignalPace {
  const pace = new SignalPace(startedAtMs);
  pace.goesOn();
  jest.setSystemTime(1_050);
  pace.traded(1_010, 1_040);
  return pace;
}

test("an order that the short road sent and saw is that road's, with its steps", () => {
  const pace = traded();
  pace.orderKnown();
  expect(pace.figures()).toEqual({
    road: 'short',
    toOrderMs: 40,
    steps: { reserveMs: 10, sendMs: 30, bookMs: 10 },
  });
});

test("an order that is known only in a later state is the durable road's, from the moment in which it is known", () => {
  const pace = traded();
  pace.goesOn();
  jest.setSystemTime(3_000);
  pace.orderKnown();
  jest.setSystemTime(9_000);
  pace.orderKnown();
  expect(pace.figures()).toEqual({ road: 'durable', toOrderMs: 2_000 });
});

test('an order that rests afterwards has no steps: its booking is no step of the short road', () => {
  const pace = traded();
  pace.orderKnown();
  pace.goesOn();
  expect(pace.figures()).toEqual({ road: 'short', toOrderMs: 40 });
});

test('a signal without an order has no time to one', () => {
  const pace = new SignalPace(STARTED_AT_MS);
  pace.goesOn();
  expect(pace.figures()).toEqual({ road: 'durable' });
});

test('a later run of a signal does not say how long the order took', () => {
  const pace = new SignalPace(undefined);
  pace.traded(1_010, 1_040);
  pace.orderKnown();
  expect(pace.figures()).toEqual({ road: 'short' });
});

test('a clock that differs by a moment makes no time less than none', () => {
  const pace = new SignalPace(1_045);
  pace.traded(1_010, 1_040);
  pace.orderKnown();
  expect(pace.figures()).toMatchObject({ toOrderMs: 0, steps: { reserveMs: 0 } });
});
