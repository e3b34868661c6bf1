import { WorkflowNotFoundError } from '@temporalio/client';
import { loadConfig } from '../../../src/config/load-config';
import { reportFault } from '../../../src/domain/position/message-faults';
import { TOLD_OPENERS_MAX } from '../../../src/domain/position/told-openers';
import type { PositionRow } from '../../../src/domain/position/types';
import { clientOrderIdOf } from '../../../src/intake/fingerprint';
import { positionReportSignal, type PositionReport } from '../../../src/messages/position';
import { TRADE_DIRECTION, TRADE_STRATEGY, TRADE_SYMBOL, TRADE_VENUE } from '../../../src/messages/search-attributes';
import { positionClosedSignal, type PositionClosed } from '../../../src/messages/venue-account';
import { PositionClient } from '../../../src/trading/position-client';

const OURS = { environment: 'paper', venue: 'bybit' } as const;
const { protection } = loadConfig({ env: {}, cwd: '/' });
const ROW: PositionRow = {
  symbol: 'BTCUSDT',
  side: 'SHORT',
  size: '0.5',
  entryPrice: '61200',
  markPrice: '61000',
  value: '30600',
  stopLoss: '62000',
  openedAtMs: 1,
  updatedAtMs: 2,
  sequence: 3,
  status: 'normal',
};
const OPENER = { fingerprint: 'f'.repeat(16), clientOrderId: 'of-1', strategy: 'grid', quantity: '0.5' };
const REPORT: PositionReport = { asOfMs: 9, row: ROW, openers: [OPENER], tradingState: 'active' };

function notFound(): WorkflowNotFoundError {
  return new WorkflowNotFoundError('No such workflow.', 'id', undefined);
}

/** No workflow of the symbol runs. @param memo of the last one that ran */
function clientWithNone(memo?: Readonly<Record<string, unknown>>) {
  const made = clientWith(memo && { describe: async () => ({ memo }) });
  made.signal.mockRejectedValue(notFound());
  return made;
}

function clientWith(handle: Readonly<Record<string, unknown>> = {}) {
  const signalWithStart = jest.fn(async (..._call: unknown[]) => undefined);
  const signal = jest.fn(async (..._call: unknown[]) => undefined);
  const describe = () => Promise.reject(notFound());
  const getHandle = jest.fn((_id: string) => ({ signal, describe, ...handle }));
  const list = jest.fn((_options: { query: string }): AsyncIterable<unknown> => listed([]));
  const client = {
    workflow: { signalWithStart, getHandle, list },
    withDeadline: (_atMs: number, call: () => Promise<unknown>) => call(),
  };
  const settings = { protection, foreign: 'alert', clientOrderIdOf } as const;
  const positions = new PositionClient({ client: client as never, ours: OURS, ...settings });
  return { positions, signalWithStart, signal, getHandle, list };
}

async function* listed(fingerprints: readonly string[], end?: Error) {
  for (const workflowId of fingerprints) {
    yield { workflowId, typedSearchAttributes: { get: () => `strategy of ${workflowId}` } };
  }
  if (end) throw end;
}

test('of entries that no position takes, or that are too many, none hides the position', async () => {
  const { positions, signal } = clientWith();
  const odd = { ...OPENER, quantity: 'undefined' };
  const pending = Array.from({ length: 600 }, (_, number) => ({ ...OPENER, fingerprint: `pending-${number}` }));
  await positions.tell('BTCUSDT', { ...REPORT, openers: [odd, OPENER, ...pending] });
  const [, told] = signal.mock.calls[0] as [unknown, PositionReport];
  expect(reportFault(told, 'BTCUSDT')).toBeUndefined();
  expect(told).toMatchObject({ row: ROW, openers: [OPENER, pending[0], ...pending.slice(1, TOLD_OPENERS_MAX - 1)] });
});

test('a position’s workflow is told, and started where none runs, under its one id and with this process’s settings', async () => {
  const { positions, signalWithStart } = clientWithNone();
  await positions.tell('BTCUSDT', REPORT);
  expect(signalWithStart).toHaveBeenCalledWith(
    'position',
    expect.objectContaining({
      workflowId: 'position:bybit:BTCUSDT',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: 'entities',
      args: [{ ...OURS, symbol: 'BTCUSDT', protection, foreign: 'alert' }],
      signal: positionReportSignal,
      signalArgs: [{ ...REPORT, rules: { protection, foreign: 'alert' } }],
      staticSummary: 'SHORT BTCUSDT 0.5 @ 61200',
      typedSearchAttributes: [
        { key: TRADE_SYMBOL, value: 'BTCUSDT' },
        { key: TRADE_VENUE, value: 'bybit' },
        { key: TRADE_DIRECTION, value: 'SHORT' },
        { key: TRADE_STRATEGY, value: 'grid' },
      ],
    }),
  );
});

test('rules that a report brings along are not this process’s, and are not told', async () => {
  const { positions, signalWithStart } = clientWithNone();
  const others = { ...protection, maxHoldingMinutes: 1 };
  await positions.tell('BTCUSDT', { ...REPORT, rules: { protection: others as never, foreign: 'protect' } });
  const [, options] = signalWithStart.mock.calls[0]!;
  expect(options).toMatchObject({ signalArgs: [{ rules: { protection, foreign: 'alert' } }] });
});

test('one that was opened by nobody here names no strategy', async () => {
  const { positions, signalWithStart } = clientWithNone();
  const { stopLoss: _stop, ...row } = ROW;
  await positions.tell('BTCUSDT', { ...REPORT, row, openers: [] });
  const [, options] = signalWithStart.mock.calls[0]!;
  expect((options as { typedSearchAttributes: unknown[] }).typedSearchAttributes).toHaveLength(3);
});

test('that a symbol is flat starts no workflow, and is told to one that runs', async () => {
  const { positions, signalWithStart, signal, getHandle } = clientWith();
  const flat = { ...REPORT, row: null, openers: [] };
  await positions.tell('BTCUSDT', flat);
  signal.mockRejectedValueOnce(notFound());
  await positions.tell('BTCUSDT', flat);
  expect(signalWithStart).not.toHaveBeenCalled();
  expect(getHandle).toHaveBeenCalledWith('position:bybit:BTCUSDT');
  const told = { ...flat, rules: { protection, foreign: 'alert' } };
  expect(signal.mock.calls).toEqual([
    [positionReportSignal, told],
    [positionReportSignal, told],
  ]);
});

test('a position that was closed before it was seen is looked after all the same', async () => {
  const { positions, signalWithStart } = clientWithNone();
  await positions.tell('BTCUSDT', { ...REPORT, row: null });
  expect(signalWithStart).toHaveBeenCalledTimes(1);
});

describe('after a position was booked,', () => {
  const former = {
    side: 'SHORT',
    openedAtMs: 1,
    closedAtMs: 5,
    isProven: true,
    signals: [OPENER.fingerprint],
  } as const;
  const trade = { ...former, symbol: 'BTCUSDT', openedBy: former.signals, net: '1' };
  const older = { ...former, openedAtMs: 0, signals: [] };

  test.each([
    ['its row', { trade }, REPORT],
    ['its entries', { trade, former: older }, { ...REPORT, row: null }],
    ['its row, after a run that had nothing to book', { former }, REPORT],
  ])('a late word of %s starts no workflow', async (_of, memo, report) => {
    const { positions, signalWithStart } = clientWithNone(memo);
    await positions.tell('BTCUSDT', report);
    expect(signalWithStart).not.toHaveBeenCalled();
  });

  test.each([
    ['a newer row', { trade }, { ...REPORT, row: { ...ROW, openedAtMs: 6 } }],
    ['another entry', { trade }, { ...REPORT, row: null, openers: [{ ...OPENER, fingerprint: 'a' }] }],
    [
      'its row, long after it was booked without proof',
      { trade: { ...trade, isProven: false } },
      { ...REPORT, asOfMs: 90_000 },
    ],
    ['what a memo that cannot be read does not tell', { trade: 7, former: {} }, REPORT],
  ])('%s starts one', async (_what, memo, report) => {
    const { positions, signalWithStart } = clientWithNone(memo);
    await positions.tell('BTCUSDT', report);
    expect(signalWithStart).toHaveBeenCalledTimes(1);
  });

  test('the next run knows it', async () => {
    const { positions, signalWithStart } = clientWithNone({ trade });
    await positions.tell('BTCUSDT', { ...REPORT, row: { ...ROW, openedAtMs: 6 } });
    expect(signalWithStart.mock.calls[0]![1]).toMatchObject({ memo: { former } });
  });
});

test('what the server fails at is told again by whoever asked', async () => {
  const { positions, signal, signalWithStart } = clientWith();
  signal.mockRejectedValue(new Error('Away.'));
  signalWithStart.mockRejectedValue(new Error('Away.'));
  await expect(positions.tell('BTCUSDT', REPORT)).rejects.toThrow('Away.');
  await expect(positions.tell('BTCUSDT', { ...REPORT, row: null, openers: [] })).rejects.toThrow('Away.');
});

test('a booked episode is told to the account of this environment', async () => {
  const { positions, signal, getHandle } = clientWith();
  const closed: PositionClosed = { symbol: 'BTCUSDT', openedAtMs: 1, closedAtMs: 2, net: '-1', reason: 'STOP_LOSS' };
  await positions.tellClosed(closed);
  expect(getHandle).toHaveBeenCalledWith('venue-account:paper:bybit');
  expect(signal).toHaveBeenCalledWith(positionClosedSignal, closed);
});

describe('the signals of orders', () => {
  test('are found among the newest of the symbol', async () => {
    const { positions, list } = clientWith();
    list.mockReturnValue(listed(['a', 'b', 'c']));
    const found = await positions.signalsOf('BTCUSDT', [clientOrderIdOf('b'), 'of-nobody']);
    expect(found).toEqual([{ clientOrderId: clientOrderIdOf('b'), fingerprint: 'b', strategy: 'strategy of b' }]);
    expect(list.mock.calls[0]![0].query).toBe("WorkflowType = 'signal' AND TradeSymbol = 'BTCUSDT'");
  });

  test('are fewer, and no failure, where the server stops telling', async () => {
    const { positions, list } = clientWith();
    list.mockReturnValue(listed(['a'], new Error('Away.')));
    const ids = [clientOrderIdOf('a'), clientOrderIdOf('b')];
    expect(await positions.signalsOf('BTCUSDT', ids)).toMatchObject([{ fingerprint: 'a' }]);
  });
});

describe('an exit', () => {
  const outcomeWith = (name: string, result?: unknown) =>
    clientWith({ describe: async () => ({ status: { name } }), result: async () => result }).positions.exitOutcome('f');

  test.each(['RUNNING', 'PAUSED'])('whose workflow is %s goes on', async (name) => {
    expect(await outcomeWith(name)).toEqual({ status: 'running' });
  });

  test.each(['TERMINATED', 'CANCELLED', 'FAILED', 'TIMED_OUT'])('whose workflow is %s was stopped', async (name) => {
    expect(await outcomeWith(name)).toEqual({ status: 'stopped' });
  });

  test('that ended says how, and what of it filled', async () => {
    const view = { outcome: 'PARTIALLY_FILLED', detail: 'So.', order: { filledQuantity: '0.2' } };
    const ended = { status: 'ended', outcome: 'PARTIALLY_FILLED', detail: 'So.', filledQuantity: '0.2' };
    expect(await outcomeWith('COMPLETED', view)).toEqual(ended);
    const denied = { outcome: 'DENIED', denialCode: 'TRADING_HALTED', detail: 'Halted.' };
    expect(await outcomeWith('COMPLETED', denied)).toEqual({ status: 'ended', ...denied, filledQuantity: '0' });
  });

  test('that nobody started is absent, and one that cannot be read fails', async () => {
    const absent = clientWith({ describe: () => Promise.reject(notFound()) });
    expect(await absent.positions.exitOutcome('f')).toEqual({ status: 'absent' });
    const away = clientWith({ describe: () => Promise.reject(new Error('Away.')) });
    await expect(away.positions.exitOutcome('f')).rejects.toThrow('Away.');
  });
});
