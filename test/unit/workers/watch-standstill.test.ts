import type { MlManagerState } from '../../../src/messages/ml-manager';
import type { AccountHealth } from '../../../src/messages/venue-account';
import { Problems } from '../../../src/trading/problems';
import { watchStandstill } from '../../../workers/watch-standstill';

const MINUTE_MS = 60_000;
const WELL: AccountHealth = {
  tradingState: 'active',
  balancesAgeMaxMs: 120_000,
  blockedForMs: 0,
  pending: 0,
  overdue: [],
};
const PREDICTING: MlManagerState = { status: 'running', model: 'm', nextTickMs: 0 };

let account: AccountHealth;
let predictions: MlManagerState;
let alerts: string[];
let end: () => void;

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-01-31T12:00:00Z') });
  account = WELL;
  predictions = PREDICTING;
  alerts = [];
});

afterEach(() => {
  end();
  jest.useRealTimers();
});

function watch(): void {
  const sources = { account: async () => account, predictions: async () => predictions };
  end = watchStandstill('bybit', sources, new Problems((sentence) => alerts.push(sentence)));
}

test('while all goes on nobody is told anything', async () => {
  watch();
  await jest.advanceTimersByTimeAsync(30 * MINUTE_MS);
  expect(alerts).toEqual([]);
});

test('halted trading is told with when, why and what to do, and again while it lasts', async () => {
  account = { ...WELL, tradingState: 'halted', tradingStateReason: 'asleep', tradingStateSetAtMs: Date.now() - 30_000 };
  watch();
  await jest.advanceTimersByTimeAsync(MINUTE_MS / 2);
  expect(alerts).toEqual([
    'Trading on bybit is halted since 2026-01-31T11:59:30Z: nothing is sent (asleep); "oncefill resume --reason TEXT" goes on',
  ]);
  await jest.advanceTimersByTimeAsync(12 * MINUTE_MS);
  expect(alerts).toHaveLength(2);
  account = WELL;
  await jest.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(alerts).toHaveLength(2);
});

test('predictions that fail are told after five minutes, not after one tick', async () => {
  predictions = { ...PREDICTING, lastError: 'no candles' };
  watch();
  await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
  expect(alerts).toEqual([]);
  await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
  expect(alerts).toEqual([
    expect.stringMatching(/^No prediction has succeeded for 5 min \(since 2026-01-31T12:00Z\).*no candles$/),
  ]);
});

test('a tick that succeeds between begins the time anew, and a pause is meant', async () => {
  watch();
  for (const state of [{ lastError: 'x' }, {}, { lastError: 'x' }, { lastError: 'x', status: 'paused' as const }]) {
    predictions = { ...PREDICTING, ...state };
    await jest.advanceTimersByTimeAsync(4 * MINUTE_MS);
  }
  expect(alerts).toEqual([]);
});

test('who cannot be asked proves nothing', async () => {
  const sources = { account: () => Promise.reject(new Error('down')) };
  end = watchStandstill('bybit', sources, new Problems((sentence) => alerts.push(sentence)));
  await jest.advanceTimersByTimeAsync(30 * MINUTE_MS);
  expect(alerts).toEqual([]);
});
