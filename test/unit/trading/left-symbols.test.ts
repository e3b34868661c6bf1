import { defineSearchAttributeKey } from '@temporalio/common';
import { positionWorkflowId } from '../../../src/messages/ids';
import { watchLeftSymbols } from '../../../src/trading/left-symbols';
import { Problems } from '../../../src/trading/problems';

const OURS = { environment: 'paper', venue: 'bybit' } as const;
const MINUTE_MS = 60_000;

interface Running {
  readonly workflowId: string;
  readonly strategy?: string;
}

/** @returns what a person was told by then, and what is listed as wrong */
async function watched(
  lists: readonly (readonly Running[] | Error)[],
  foreign: 'alert' | 'protect' = 'alert',
): Promise<{ readonly alerts: readonly string[]; readonly listed: readonly (readonly string[])[] }> {
  jest.useFakeTimers();
  const alerts: string[] = [];
  const listed: (readonly string[])[] = [];
  const problems = new Problems((sentence) => alerts.push(sentence));
  let now = lists[0] ?? [];
  const key = defineSearchAttributeKey('TradeStrategy', 'KEYWORD');
  async function* list() {
    if (now instanceof Error) throw now;
    for (const { workflowId, strategy } of now)
      yield {
        workflowId,
        typedSearchAttributes: { get: ({ name }: typeof key) => (name === key.name ? strategy : undefined) },
      };
  }
  const client = { workflow: { list } } as never;
  const end = watchLeftSymbols({
    client,
    ours: OURS,
    symbols: ['ETHUSDT'],
    foreign,
    problems,
    logger: { warn: () => undefined },
  });
  try {
    for (const next of lists) {
      now = next;
      await jest.advanceTimersByTimeAsync(MINUTE_MS);
      listed.push(problems.list());
    }
  } finally {
    end();
    jest.useRealTimers();
  }
  return { alerts, listed };
}

const running = (symbol: string, strategy: string | undefined = 'trend'): Running => ({
  workflowId: positionWorkflowId(OURS, symbol),
  strategy,
});

test('a position in a symbol that is not configured is told once and listed until it is closed', async () => {
  const open = [running('BTCUSDT'), running('ETHUSDT')];
  const { alerts, listed } = await watched([open, open, [running('ETHUSDT')]]);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toContain('BTCUSDT');
  expect(alerts[0]).toContain('venues.bybit.symbols');
  expect(listed).toEqual([alerts, alerts, []]);
});

test('a server that does not answer is asked again, and ends nothing that was told', async () => {
  const { alerts, listed } = await watched([new Error('unavailable'), [running('BTCUSDT')], new Error('unavailable')]);
  expect(alerts).toHaveLength(1);
  expect(listed).toEqual([[], alerts, alerts]);
});

test.each([
  ['alert', 0],
  ['protect', 1],
] as const)('where foreign positions are a matter of %s, one of them is told %d times', async (foreign, times) => {
  const { alerts } = await watched([[{ workflowId: positionWorkflowId(OURS, 'BTCUSDT') }]], foreign);
  expect(alerts).toHaveLength(times);
});

test('positions at another venue are not ours to tell of', async () => {
  const other = positionWorkflowId({ ...OURS, venue: 'binance' }, 'BTCUSDT');
  expect((await watched([[{ workflowId: other, strategy: 'trend' }]])).alerts).toEqual([]);
});
