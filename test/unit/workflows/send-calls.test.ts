import type { BarAnswer, TradeResult } from '../../../src/messages/trade';
import type { SignalActivities } from '../../../workflows/signal-activities';
import { SendCalls } from '../../../workflows/send-calls';

const DENIED: TradeResult = { status: 'denied', denial: { code: 'UNKNOWN_SYMBOL', message: 'No such symbol.' } };
const RETRY: TradeResult = { status: 'retry', afterMs: 1, reason: 'No price.' };
const RESERVED = { status: 'reserved', plan: {}, authorizedAtMs: 0, reason: 'r' } as const;

/** @param answers of the activities; one that is missing fails */
function callsThat(answers: { trade?: object; bar?: object }, hasHeadStart = false): SendCalls {
  const answer = (value: object | undefined) => async () => {
    if (value === undefined) throw new Error('The call is lost.');
    return value as never;
  };
  const activities = { tradeAtOnce: answer(answers.trade), placeOrder: answer(undefined), bar: answer(answers.bar) };
  return new SendCalls(activities as unknown as SignalActivities, hasHeadStart);
}

test.each<[string, TradeResult, boolean]>([
  ['was denied', DENIED, false],
  ['found something missing', RETRY, false],
  ['reserved only', { ...RESERVED, earlierAttempt: 'none' } as never, false],
  ['found an earlier attempt', { ...RESERVED, earlierAttempt: 'possible' } as never, true],
  ['was answered', { status: 'answered' } as never, true],
])('after a trade that %s, it is known whether something was sent', async (_what, trade, mayHaveSent) => {
  const calls = callsThat({ trade });
  await calls.tradeAtOnce(1);
  expect(calls.mayHaveSent).toBe(mayHaveSent);
});

test.each([DENIED, RETRY])('what a head start sent is not known from a trade that is $status', async (trade) => {
  const calls = callsThat({ trade }, true);
  expect(calls.mayHaveSent).toBe(true);
  await calls.tradeAtOnce(1);
  expect(calls.mayHaveSent).toBe(true);
});

test('a call that is lost may have sent', async () => {
  const trading = callsThat({});
  await expect(trading.tradeAtOnce(1)).rejects.toThrow();
  expect(trading.mayHaveSent).toBe(true);
  const placing = callsThat({ trade: RETRY });
  await placing.tradeAtOnce(1);
  await expect(placing.placeOrder({} as never)).rejects.toThrow();
  expect(placing.mayHaveSent).toBe(true);
});

test.each<[string, BarAnswer, boolean]>([
  ['nothing', { status: 'withdrawn' }, false],
  ['an earlier attempt', { ...RESERVED, earlierAttempt: 'possible' } as never, true],
])('the ledger has the last word: it knows of %s', async (_what, bar, mayHaveSent) => {
  const calls = callsThat({ trade: DENIED, bar }, true);
  await calls.tradeAtOnce(1);
  await calls.bar();
  expect(calls.mayHaveSent).toBe(mayHaveSent);
});
