import * as fc from 'fast-check';
import * as ledger from '../../../src/domain/ledger/ledger';
import type { LedgerState } from '../../../src/domain/ledger/ledger';
import { changeAccount } from '../../../src/domain/ledger/accounts';
import {
  ASSET_BYTES_MAX,
  ENDED_IDS_BYTES_MAX,
  LEDGER_ID_BYTES_MAX,
  LEDGER_STATE_BYTES_MAX,
  RESERVE_COMMAND_BYTES_MAX,
  POSITION_USES_MAX,
  POSITIONS_MAX,
  SNAPSHOT_ASSETS_MAX,
  SYMBOL_BYTES_MAX,
  UNSETTLED_FILLS_MAX,
} from '../../../src/domain/ledger/state';
import type { ReserveCommand, ReserveResult } from '../../../src/domain/ledger/types';
import { RISK_MESSAGE_BYTES_MAX } from '../../../src/domain/risk/check';
import { ExactDecimal } from '../../../src/domain/decimal';

const NOW_MS = 1_700_000_000_000;
const LAG_MS = 2_000;
/** JSON that anyone can send, and that no text or number can be made of. */
const SHAPELESS = { toString: 1, valueOf: 1 } as never;

function funded(available: string, locked = '0'): LedgerState {
  const assets = { USDT: { total: available, available, locked } };
  return ledger.applySnapshot(ledger.emptyLedger({ snapshotLagMs: LAG_MS }), { asOfMs: NOW_MS, assets }, NOW_MS).state;
}

function command(id: string, change: Partial<ReserveCommand> = {}): ReserveCommand {
  return {
    requestId: `${id}:reserve`,
    reservationId: id,
    asset: 'USDT',
    amount: '10',
    intent: 'entry',
    purpose: 'BUY 1 BTCUSDT',
    metadata: { quantity: '1' },
    ...change,
  };
}

function reserveAll(state: LedgerState, ids: readonly string[], change: Partial<ReserveCommand> = {}): LedgerState {
  return ids.reduce((next, id) => ledger.reserve(next, command(id, change), NOW_MS).state, state);
}

function code(result: ReserveResult): string {
  return result.status === 'denied' ? result.denial.code : result.status;
}

const free = (state: LedgerState) => ledger.viewBalances(state).assets.USDT?.free;

function ids(count: number, prefix = 'signal'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

describe('reserving', () => {
  test('before the first report is denied, except for an exit that needs no funds', () => {
    const empty = ledger.emptyLedger({ snapshotLagMs: LAG_MS });
    expect(code(ledger.reserve(empty, command('a'), NOW_MS).result)).toBe('NO_BALANCE_KNOWN');
    expect(code(ledger.reserve(empty, command('a', { amount: '0', intent: 'exit' }), NOW_MS).result)).toBe('reserved');
  });

  test('an asset that the report does not name has nothing free', () => {
    expect(code(ledger.reserve(funded('100'), command('a', { asset: 'BTC' }), NOW_MS).result)).toBe(
      'INSUFFICIENT_FUNDS',
    );
  });

  test('of all that is free succeeds, and of the smallest unit more does not', () => {
    const state = funded('10');
    expect(code(ledger.reserve(state, command('a', { amount: '10.000000000000000001' }), NOW_MS).result)).toBe(
      'INSUFFICIENT_FUNDS',
    );
    expect(free(ledger.reserve(state, command('a', { amount: '10.0' }), NOW_MS).state)).toBe('0');
  });

  test('remembers the plan of the first attempt', () => {
    const state = reserveAll(funded('100'), ['a']);
    const again = ledger.reserve(state, command('a', { metadata: { quantity: '2' } }), NOW_MS).result;
    expect(again).toMatchObject({ status: 'conflict', field: 'metadata.quantity' });
    expect(again).toHaveProperty('reservation.metadata.quantity', '1');
  });

  test('compares amounts as numbers', () => {
    const state = reserveAll(funded('100'), ['a']);
    expect(ledger.reserve(state, command('a', { amount: '10.00' }), NOW_MS).result).toMatchObject({ isNew: false });
  });

  test('keys that every object has are metadata like others', () => {
    const metadata = JSON.parse('{"__proto__":"x","constructor":"y"}') as ReserveCommand['metadata'];
    const state = reserveAll(funded('100'), ['a'], { metadata });
    expect(ledger.reserve(state, command('a', { metadata }), NOW_MS).result).toMatchObject({ isNew: false });
    expect(ledger.reserve(state, command('a', { metadata: {} }), NOW_MS).result).toMatchObject({ status: 'conflict' });
  });

  test('stops at the most pending reservations, and goes on when one ends', () => {
    const full = reserveAll(funded('1000000'), ids(ledger.PENDING_RESERVATIONS_MAX));
    expect(code(ledger.reserve(full, command('next'), NOW_MS).result)).toBe('TOO_MANY_RESERVATIONS');
    const { state } = ledger.release(full, { requestId: 'x', reservationId: 'signal-0', reason: '' }, NOW_MS);
    expect(code(ledger.reserve(state, command('next'), NOW_MS).result)).toBe('reserved');
  });
});

describe('the memory', () => {
  test('keeps the newest ended reservations and refusals in full, and every pending one', () => {
    const names = ids(ledger.ENDED_RESERVATIONS_MAX + 2);
    let state = reserveAll(funded('1000000'), ['pending', ...names]);
    for (const id of names)
      state = ledger.release(state, { requestId: id, reservationId: id, reason: '' }, NOW_MS).state;
    const refused = ids(ledger.REFUSALS_MAX + 2, 'refused');
    state = reserveAll(state, refused, { amount: '9999999' });

    expect([state.ended.length, state.refusals.length]).toEqual([ledger.ENDED_RESERVATIONS_MAX, ledger.REFUSALS_MAX]);
    expect(state.ended[0]?.reservation.id).toBe('signal-2');
    expect(state.refusals[0]?.requestId).toBe('refused-2:reserve');
    expect(ledger.pendingReservations(state).map(({ id }) => id)).toEqual(['pending']);
  });

  test('fills beyond the bound share an entry, and none is lost', () => {
    const count = UNSETTLED_FILLS_MAX + 10;
    let state = reserveAll(funded('1000000'), ids(count));
    for (const id of ids(count)) {
      const commit = { requestId: id, reservationId: id, amount: '1', executedAtMs: NOW_MS, reason: '' };
      state = ledger.commit(state, commit, NOW_MS).state;
    }
    expect(state.unsettledFills).toHaveLength(UNSETTLED_FILLS_MAX);
    expect(ledger.viewBalances(state).assets.USDT?.unsettled).toBe(String(count));
  });

  test('with every text at its longest, the state stays within its share of a Temporal payload', () => {
    const long = (text: string, bytes: number) => `${text}-`.padEnd(bytes - 2, 'x');
    const asset = long('A', ASSET_BYTES_MAX);
    const big = (id: string): ReserveCommand => {
      const head = command(id, {
        expiresAtMs: NOW_MS + 1,
        requestId: long(`${id}:r`, LEDGER_ID_BYTES_MAX),
        reservationId: long(id, LEDGER_ID_BYTES_MAX),
        amount: '0.000000000000000001',
        asset,
        metadata: {},
      });
      const room = RESERVE_COMMAND_BYTES_MAX - JSON.stringify(head).length - '"plan":""'.length;
      return { ...head, metadata: { plan: 'x'.repeat(room) } };
    };
    const figures = { total: '99999999999999999999', available: '99999999999999999999', locked: '9' };
    const longest = '99999999999999999999.999999999999999999';
    const symbols = ids(POSITIONS_MAX, 'S').map((id) => long(id, SYMBOL_BYTES_MAX));
    const position = { direction: 'SELL', quantity: longest } as const;
    const positions = {
      asOfMs: NOW_MS,
      bySymbol: Object.fromEntries(symbols.map((symbol) => [symbol, position])),
    };
    const others = ids(SNAPSHOT_ASSETS_MAX - 1, 'B').map((id) => [long(id, ASSET_BYTES_MAX), figures]);
    const assets = { [asset]: figures, ...Object.fromEntries(others) };
    let state = ledger.applySnapshot(funded('1'), { asOfMs: NOW_MS, assets, positions }, NOW_MS).state;
    let full = state;
    for (const id of ids(UNSETTLED_FILLS_MAX, 'ended')) {
      state = ledger.reserve(state, big(id), NOW_MS).state;
      const { reservationId } = big(id);
      const commit = { requestId: id, reservationId, amount: '1.000000000000000001', executedAtMs: NOW_MS };
      state = ledger.commit(state, { ...commit, reason: 'é'.repeat(500) }, NOW_MS).state;
    }
    for (let index = 0; state.forgottenAtMs === 0; index += 1) {
      full = state;
      const reservationId = long(`barred-${index}`, LEDGER_ID_BYTES_MAX);
      const expiresAtMs = NOW_MS + index * 20_000;
      state = ledger.bar(state, { requestId: 'b', reservationId, expiresAtMs }, NOW_MS).state;
    }
    state = full;
    for (const id of ids(ledger.PENDING_RESERVATIONS_MAX)) {
      state = ledger.reserve(state, big(id), NOW_MS).state;
      const { reservationId } = big(id);
      const lockedAmount = '0.000000000000000001';
      state = ledger.acknowledge(state, { requestId: id, reservationId, placedAtMs: NOW_MS, lockedAmount }).state;
    }
    const amount = '99999999999999999999.999999999999999999';
    const denial = { code: 'GROUP_EXPOSURE_LIMIT', message: 'x'.repeat(RISK_MESSAGE_BYTES_MAX - 2) } as const;
    for (const id of ids(ledger.REFUSALS_MAX, 'refused')) {
      state = ledger.reserve(state, { ...big(id), amount, metadata: {} }, NOW_MS, () => denial).state;
    }
    const order = { symbol: symbols[0] ?? '', direction: 'SELL', quantity: longest } as const;
    const use = { order, settledFromMs: NOW_MS };
    state = { ...state, positionUses: Array.from({ length: POSITION_USES_MAX }, () => use) };
    expect(Object.keys(state.positions.bySymbol)).toHaveLength(POSITIONS_MAX);
    expect(Object.keys(state.assets)).toHaveLength(SNAPSHOT_ASSETS_MAX);
    expect(state.unsettledFills).toHaveLength(UNSETTLED_FILLS_MAX);
    expect([state.pending.length, state.ended.length, state.refusals.length]).toEqual([
      ledger.PENDING_RESERVATIONS_MAX,
      ledger.ENDED_RESERVATIONS_MAX,
      ledger.REFUSALS_MAX,
    ]);
    const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
    expect(bytesOf(state.endedIds)).toBeLessThan(ENDED_IDS_BYTES_MAX);
    expect(bytesOf({ ...state, endedIds: [] }) + ENDED_IDS_BYTES_MAX).toBeLessThan(LEDGER_STATE_BYTES_MAX);
  });
});

describe('committing', () => {
  const commit = (amount: string, executedAtMs = NOW_MS) => ({
    requestId: 'a:commit',
    reservationId: 'a',
    amount,
    executedAtMs,
    reason: 'filled',
  });
  const report = (state: LedgerState, asOfMs: number, available: string) =>
    ledger.applySnapshot(state, { asOfMs, assets: { USDT: { total: available, available, locked: '0' } } }, NOW_MS)
      .state;

  test('more than was reserved is recorded, and free funds stop at zero', () => {
    const { state, result } = ledger.commit(reserveAll(funded('10'), ['a']), commit('10.5'), NOW_MS);
    expect(result).toMatchObject({ status: 'ended', reservation: { committedAmount: '10.5' } });
    expect(ledger.viewBalances(state).assets.USDT).toMatchObject({ unsettled: '10.5', reserved: '0', free: '0' });
  });

  test('a fill counts once, whether its report arrives after the commit or before', () => {
    const reserved = reserveAll(funded('100'), ['a']);
    const settledMs = NOW_MS + LAG_MS;
    const reportLast = report(ledger.commit(reserved, commit('10'), NOW_MS).state, settledMs, '90');
    const reportFirst = ledger.commit(report(reserved, settledMs, '90'), commit('10'), NOW_MS).state;
    expect([free(reportLast), free(reportFirst)]).toEqual(['90', '90']);
  });

  test('while a report may miss the fill, it counts', () => {
    const reserved = reserveAll(funded('100'), ['a']);
    const early = report(ledger.commit(reserved, commit('10'), NOW_MS).state, NOW_MS + LAG_MS - 1, '100');
    expect(free(early)).toBe('90');
  });

  test('a late fill does not change a reservation that was released', () => {
    const { state } = ledger.release(
      reserveAll(funded('100'), ['a']),
      { requestId: 'x', reservationId: 'a', reason: 'absent' },
      NOW_MS,
    );
    const step = ledger.commit(state, commit('10'), NOW_MS);
    expect(step.result).toMatchObject({
      status: 'already_ended',
      reservation: { status: 'released', reason: 'absent' },
    });
    expect(step.state).toBe(state);
  });
});

describe('a resting order', () => {
  test('is not held back twice, except for its fees', () => {
    const reserved = reserveAll(funded('100'), ['a']);
    const acknowledged = ledger.acknowledge(reserved, {
      requestId: 'a:ack',
      reservationId: 'a',
      placedAtMs: NOW_MS,
      lockedAmount: '9',
    }).state;
    const figures = { total: '100', available: '91', locked: '9' };
    const asOfMs = NOW_MS + LAG_MS;
    const { state } = ledger.applySnapshot(acknowledged, { asOfMs, assets: { USDT: figures } }, asOfMs);
    expect(free(acknowledged)).toBe('90');
    expect(ledger.viewBalances(state).assets.USDT).toMatchObject({ reserved: '10', contained: '9', free: '90' });
  });
});

describe('the trading state', () => {
  test('a late repetition of "resume" does not undo a halt', () => {
    const resume = { requestId: 'r1', to: 'active' as const, reason: 'go' };
    let { state } = ledger.setTradingState(funded('100'), resume, NOW_MS);
    state = ledger.setTradingState(state, { requestId: 'r2', to: 'halted', reason: 'stop' }, NOW_MS).state;
    const step = ledger.setTradingState(state, resume, NOW_MS);
    expect(step.result).toMatchObject({ status: 'set', isNew: false });
    expect(step.state.tradingState).toBe('halted');
  });
});

test('an unusable figure refuses the whole report', () => {
  const state = funded('100');
  const good = { total: '1', available: '1', locked: '1' };
  const assets = { BTC: good, USDT: { ...good, available: '-1' } };
  const step = ledger.applySnapshot(state, { asOfMs: NOW_MS + 1, assets }, NOW_MS);
  expect(step.result).toMatchObject({ status: 'invalid', message: expect.stringContaining('USDT available') });
  expect(step.state).toBe(state);
});

test('a sum that would be negative stops the ledger', () => {
  const change = { reserved: new ExactDecimal(-1) };
  expect(() => changeAccount(funded('1'), 'USDT', change)).toThrow(ledger.LedgerInvariantError);
});

test('no command makes a reducer throw, whatever JSON it is', () => {
  const state = reserveAll(funded('100'), ['a', 'b']);
  const id = fc.constantFrom('a', 'b', '', 'constructor', '__proto__');
  const text = fc.oneof(
    fc.constantFrom('1', '-1', '1e5', 'NaN', '__proto__', 'entry', 'exit', SHAPELESS),
    fc.jsonValue(),
  );
  const shaped = fc.record(
    {
      requestId: text,
      reservationId: fc.oneof(id, text),
      asset: text,
      amount: text,
      intent: text,
      purpose: text,
      metadata: fc.jsonValue(),
      executedAtMs: fc.oneof(fc.integer(), fc.double(), text),
      placedAtMs: fc.oneof(fc.integer(), text),
      lockedAmount: text,
      asOfMs: fc.oneof(fc.constant(NOW_MS + 1), text),
      positions: fc.oneof(text, fc.record({ asOfMs: fc.constantFrom(NOW_MS, NOW_MS + 1), bySymbol: fc.jsonValue() })),
      closingAmount: text,
      assets: fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue())),
      to: text,
      reason: text,
    },
    { requiredKeys: [] },
  );
  const reducers = [
    ledger.reserve,
    ledger.commit,
    ledger.release,
    ledger.bar,
    ledger.acknowledge,
    ledger.applySnapshot,
    ledger.setTradingState,
  ] as readonly ((state: LedgerState, command: never, nowMs: number) => { state: LedgerState })[];
  fc.assert(
    fc.property(fc.oneof(shaped, fc.jsonValue()), fc.constantFrom(...reducers), (anything, reducer) => {
      const step = reducer(state, anything as never, NOW_MS);
      expect(ledger.viewBalances(JSON.parse(JSON.stringify(step.state)) as LedgerState)).toEqual(
        ledger.viewBalances(step.state),
      );
    }),
    { numRuns: 3_000 },
  );
});
