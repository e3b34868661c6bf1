import {
  applySnapshot,
  authorize,
  commit,
  emptyLedger,
  reserve,
  setTradingState,
} from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import type { TradingState } from '../../../src/domain/ledger/types';
import type { Intent } from '../../../src/domain/signal';

const NOW_MS = 1_700_000_000_000;

/** A ledger that holds funds for one signal, in a trading state. */
function reserved(intent: Intent, to: TradingState): LedgerState {
  const assets = { USDT: { total: '100', available: '100', locked: '0' } };
  const funded = applySnapshot(emptyLedger({ snapshotLagMs: 0 }), { asOfMs: NOW_MS, assets }, NOW_MS).state;
  const body = { asset: 'USDT', amount: '10', intent, purpose: 'BUY 1 BTCUSDT', metadata: {} };
  const { state } = reserve(funded, { requestId: 'a:reserve', reservationId: 'a', ...body }, NOW_MS);
  return setTradingState(state, { requestId: 'change', to, reason: 'a test' }, NOW_MS).state;
}

test.each<[Intent, TradingState, string | undefined]>([
  ['entry', 'active', undefined],
  ['exit', 'active', undefined],
  ['entry', 'reducing', 'REDUCE_ONLY'],
  ['exit', 'reducing', undefined],
  ['entry', 'halted', 'TRADING_HALTED'],
  ['exit', 'halted', 'TRADING_HALTED'],
])('an %s while trading is %s: %s', (intent, to, code) => {
  const { authorized, denial } = authorize(reserved(intent, to), 'a');
  expect([authorized, denial?.code]).toEqual([code === undefined, code]);
});

test('an order that nothing is reserved for is not authorized', () => {
  const denied = { authorized: false, denial: { code: 'SIGNAL_ENDED' } };
  const state = reserved('entry', 'active');
  expect(authorize(state, 'b')).toMatchObject(denied);
  const command = { requestId: 'a:commit', reservationId: 'a', amount: '10', executedAtMs: NOW_MS, reason: 'filled' };
  expect(authorize(commit(state, command, NOW_MS).state, 'a')).toMatchObject(denied);
});
