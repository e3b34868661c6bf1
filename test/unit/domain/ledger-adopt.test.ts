/** A ledger of the rules before, under the rules of today: nothing that it knew is forgotten. */
import { RULES_OF_TODAY as RULES_2 } from '../../../src/domain/rules-2/account-rules';
import * as ledger from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import { ENDED_RESERVATIONS_MAX } from '../../../src/domain/ledger/state';
import type { ReserveCommand } from '../../../src/domain/ledger/types';
import { createLimiter } from '../../../src/domain/limiter/limiter';
import * as former from '../../../src/domain/rules-1/ledger/ledger';
import { DAY_MS, HOUR_MS, LAG_MS, NOW_MS } from './ledger-book';

/** More than the former rules kept, too. */
const ENDED = 450;
const BARRED = 300;
const FORMER_ENDED_MAX = 400;

function command(id: string, change: Partial<ReserveCommand> = {}): ReserveCommand {
  return {
    requestId: `${id}:reserve`,
    reservationId: id,
    asset: 'USDT',
    amount: '10',
    intent: 'entry',
    purpose: 'BUY 1 BTCUSDT',
    metadata: { quantity: '1' },
    signalStartedAtMs: NOW_MS,
    ...change,
  };
}

const ends = (id: string) => ({ requestId: `${id}:end`, reservationId: id, reason: 'over' });

/** An account in full use: pending, resting, ended, barred, refused, with unsettled fills, and halted. */
function formerLedger(): former.LedgerState {
  const figures = { total: '100000', available: '100000', locked: '0' };
  const report = { asOfMs: NOW_MS, assets: { USDT: figures } };
  let { state } = former.applySnapshot(former.emptyLedger({ snapshotLagMs: LAG_MS }), report, NOW_MS);
  for (let index = 0; index < ENDED; index += 1) {
    const isCommitted = index % 2 === 1;
    const id = `${isCommitted ? 'committed' : 'released'}-${index}`;
    state = former.reserve(state, command(id), NOW_MS + index).state;
    const commit = { ...ends(id), amount: '9.5', executedAtMs: NOW_MS + index };
    state = isCommitted
      ? former.commit(state, commit, NOW_MS + index).state
      : former.release(state, ends(id), NOW_MS + index).state;
  }
  for (let index = 0; index < BARRED; index += 1) {
    state = former.bar(state, { requestId: 'b', reservationId: `barred-${index}`, signalStartedAtMs: NOW_MS }).state;
  }
  for (const id of ['pending-1', 'pending-2', 'resting'])
    state = former.reserve(state, command(id), NOW_MS + ENDED).state;
  const ack = { requestId: 'a', reservationId: 'resting', placedAtMs: NOW_MS - LAG_MS, lockedAmount: '9' };
  state = former.acknowledge(state, ack).state;
  state = former.reserve(state, command('refused', { amount: '999999' }), NOW_MS + ENDED).state;
  return former.setTradingState(state, { requestId: 'h', to: 'halted', reason: 'a release' }, NOW_MS + ENDED).state;
}

const before = formerLedger();

function adopted(): LedgerState {
  const limits = {
    global: { limit: 1, windowMs: 1, weight: 1 },
    endpoints: {},
    safetyMargin: 1,
    exitSafetyMargin: 1,
    permitValidityMs: 1,
  };
  const carried = JSON.parse(JSON.stringify({ ledger: before, window: createLimiter(limits) })) as never;
  const state = RULES_2.adopt?.(carried).ledger;
  return ledger.configureLedger(state as LedgerState, { snapshotLagMs: LAG_MS });
}

const after = adopted();
const laterMs = NOW_MS + HOUR_MS;

test('funds, trading state, pending reservations and statistics are the same', () => {
  expect(ledger.viewBalances(after)).toEqual(former.viewBalances(before));
  expect(ledger.pendingReservations(after)).toEqual(former.pendingReservations(before));
  expect(ledger.ledgerStats(after)).toEqual(former.ledgerStats(before));
  expect(ledger.ledgerHealth(after, laterMs)).toMatchObject({
    tradingState: 'halted',
    tradingStateReason: 'a release',
  });
});

test('whoever asks for what is known in full gets the same answer', () => {
  const known = [...before.pending, ...before.ended.slice(-ENDED_RESERVATIONS_MAX)].map(
    ({ reservation }) => reservation,
  );
  expect(known).toHaveLength(3 + ENDED_RESERVATIONS_MAX);
  for (const { id } of known) {
    expect(ledger.reserve(after, command(id), laterMs).result).toEqual(
      former.reserve(before, command(id), laterMs).result,
    );
    expect(ledger.bar(after, { requestId: 'b', reservationId: id }, laterMs).result).toEqual(
      former.bar(before, { requestId: 'b', reservationId: id }).result,
    );
  }
  const refused = command('refused', { amount: '999999' });
  expect(ledger.reserve(after, refused, laterMs).result).toEqual(former.reserve(before, refused, laterMs).result);
});

test('of every other reservation that had ended it is known how', () => {
  const others = before.ended.slice(0, -ENDED_RESERVATIONS_MAX).map(({ reservation }) => reservation);
  expect(others).toHaveLength(FORMER_ENDED_MAX - ENDED_RESERVATIONS_MAX);
  for (const { id, status } of others) {
    expect(ledger.release(after, ends(id), laterMs).result).toEqual({ status: 'ended_before', how: status });
    expect(ledger.reserve(after, command(id), laterMs).result).toMatchObject(
      status === 'committed' ? { status: 'ended', how: 'committed' } : { denial: { code: 'SIGNAL_ENDED' } },
    );
  }
});

test('what was barred stays barred, also a day after the first id that is remembered since', () => {
  const active = { ...after, tradingState: 'active' as const };
  const barredOf = (state: LedgerState) =>
    Array.from({ length: BARRED }, (_, index) => {
      const { result } = ledger.reserve(state, command(`barred-${index}`), laterMs);
      return result.status === 'denied' ? result.denial.code : result.status;
    });
  const all = Array.from({ length: BARRED }, () => 'SIGNAL_ENDED');
  expect(barredOf(active)).toEqual(all);
  let { state } = ledger.bar(active, { requestId: 'b', reservationId: 'x', expiresAtMs: laterMs }, laterMs);
  state = ledger.bar(state, { requestId: 'b', reservationId: 'y', expiresAtMs: laterMs }, laterMs + DAY_MS).state;
  expect(barredOf(state)).toEqual(all);
});

test('what was forgotten before is still counted as forgotten', () => {
  expect(before.forgottenAtMs).toBeGreaterThan(NOW_MS);
  const bar = { requestId: 'b', reservationId: 'new', signalStartedAtMs: before.forgottenAtMs };
  expect(ledger.bar(after, bar, laterMs).result.status).toBe('uncertain');
});

test('fills and resting orders settle as they would have', () => {
  const figures = { total: '90000', available: '90000', locked: '9' };
  const report = { asOfMs: NOW_MS + HOUR_MS, assets: { USDT: figures } };
  expect(before.unsettledFills).not.toEqual([]);
  const viewed = former.viewBalances(former.applySnapshot(before, report, laterMs).state);
  expect(ledger.viewBalances(ledger.applySnapshot(after, report, laterMs).state)).toEqual(viewed);
  expect(viewed.assets.USDT).toMatchObject({ unsettled: '0', contained: '9' });
});

test('until the next report the balances are of unknown age', () => {
  const aged = ledger.configureLedger(after, { snapshotLagMs: LAG_MS, reportAgeMaxMs: HOUR_MS });
  const active = { ...aged, tradingState: 'active' as const };
  expect(ledger.reserve(active, command('new'), laterMs).result).toMatchObject({
    denial: { code: 'BALANCES_OUTDATED', message: expect.stringContaining('unknown age') },
  });
});

/** A ledger of the rules before, where one order is pending and another has filled that no report contains yet. */
function formerOrders(): former.LedgerState {
  const report = { asOfMs: NOW_MS, assets: { USDT: { total: '900', available: '900', locked: '0' } } };
  let { state } = former.applySnapshot(former.emptyLedger({ snapshotLagMs: LAG_MS }), report, NOW_MS);
  for (const [id, quantity] of [
    ['filled', '3'],
    ['pending', '4'],
  ] as const) {
    state = former.reserve(state, sale(id, quantity), NOW_MS).state;
  }
  return former.commit(state, { ...ends('filled'), amount: '100', executedAtMs: NOW_MS }, NOW_MS).state;
}

function sale(id: string, quantity: string): ReserveCommand {
  return command(id, {
    amount: '100',
    closingAmount: '1',
    metadata: { symbol: 'BTCUSDT', direction: 'SELL', quantity },
  });
}

test.each([
  ['while a report may lack what filled before, a position is closed by nothing new', LAG_MS - 1, '100'],
  ['of a position that shows what filled before, what is pending closes its part', LAG_MS, '40.6'],
])('%s', (_name, passedMs, amount) => {
  const asOfMs = NOW_MS + passedMs;
  const figures = { total: '300', available: '300', locked: '0' };
  const positions = { asOfMs, bySymbol: { BTCUSDT: { direction: 'BUY', quantity: '10' } } } as const;
  const state = RULES_2.adopt?.({ ledger: formerOrders() } as never).ledger as LedgerState;
  const reported = ledger.applySnapshot(state, { asOfMs, assets: { USDT: figures }, positions }, asOfMs).state;
  expect(ledger.reserve(reported, sale('new', '10'), asOfMs).result).toMatchObject({ reservation: { amount } });
});
