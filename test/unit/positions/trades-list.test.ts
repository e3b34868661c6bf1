import type { Client } from '@temporalio/client';
import { positionWorkflowId } from '../../../src/messages/ids';
import { TRADE_DIRECTION, TRADE_OUTCOME } from '../../../src/messages/search-attributes';
import { PositionWorkflows } from '../../../src/positions/position-workflows';
import { aTrade } from './samples';

const OURS = { environment: 'paper', venue: 'bybit' } as const;

interface Run {
  readonly symbol: string;
  readonly status?: string;
  readonly memo?: object;
  readonly direction?: string;
  readonly outcome?: string;
}

/** A server whose index has these runs. */
function serverWith(runs: readonly Run[]): Client {
  const list = async function* () {
    for (const { symbol, status = 'COMPLETED', memo = {}, direction, outcome } of runs) {
      const attributes = new Map<unknown, string | undefined>([
        [TRADE_DIRECTION, direction],
        [TRADE_OUTCOME, outcome],
      ]);
      yield {
        workflowId: positionWorkflowId(OURS, symbol),
        status: { name: status },
        memo,
        typedSearchAttributes: attributes,
      };
    }
  };
  return {
    workflow: { list },
    withDeadline: (_deadline: unknown, work: () => Promise<unknown>) => work(),
  } as unknown as Client;
}

const listOf = (...runs: readonly Run[]) => new PositionWorkflows(serverWith(runs), OURS).trades(1);

test('a position that was booked is a trade, and not without a result', async () => {
  const trade = aTrade();
  expect(await listOf({ symbol: 'BTCUSDT', memo: { trade }, direction: 'LONG', outcome: 'OPERATOR' })).toEqual({
    trades: [trade],
    untold: [],
    isCut: false,
  });
});

test('a run that saw a position and told nothing of it is named', async () => {
  const { untold } = await listOf(
    { symbol: 'ETHUSDT', status: 'TERMINATED', direction: 'SHORT' },
    { symbol: 'ADAUSDT', status: 'TERMINATED', direction: 'LONG' },
  );
  expect(untold).toEqual(['ADAUSDT', 'ETHUSDT']);
});

test.each([
  ['went on with the same position', { status: 'CONTINUED_AS_NEW', direction: 'LONG' }],
  ['never saw a position', {}],
  ['says that there is no trade', { direction: 'LONG', outcome: 'NONE' }],
])('a run that %s lacks no result', async (_name, run) => {
  expect((await listOf({ symbol: 'BTCUSDT', ...run })).untold).toEqual([]);
});
