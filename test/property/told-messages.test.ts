/**
 * What is told as a whole is taken as a whole: the largest and oddest that a sender of ours can make of a venue's words is none that
 * its receiver refuses.
 */
import * as fc from 'fast-check';
import { fittingPositions } from '../../activities/market-data';
import { applySnapshot, emptyLedger } from '../../src/domain/ledger/ledger';
import { LEDGER_STATE_BYTES_MAX, POSITIONS_MAX } from '../../src/domain/ledger/state';
import { reserveCommandFault, snapshotCommandFault } from '../../src/domain/ledger/validation';
import { LIMITER_STATE_BYTES_MAX } from '../../src/domain/limiter/state';
import type { OrderPlan } from '../../src/domain/market';
import { cutText, jsonBytes } from '../../src/domain/plain-values';
import { reportFault } from '../../src/domain/position/message-faults';
import { toldOpeners } from '../../src/domain/position/told-openers';
import { RISK_BOOK_BYTES_MAX } from '../../src/domain/risk/book';
import { RISK_TERMS_BYTES_MAX } from '../../src/domain/risk/types';
import type { TradingSignal } from '../../src/domain/signal';
import { reserveCommandOf } from '../../src/trading/funds';
import { balancesPayload } from '../../src/venues/bybit/payloads';
import { parsePositionRows } from '../../src/venues/bybit/desk/parse';
import { RowFault } from '../../src/venues/bybit/rows';
import { parseBalances } from '../../src/venues/bybit/wallet';
import type { CarriedAccount } from '../../workflows/account-rules';
import { fittingAccount } from '../../workflows/carried-account';
import type { EntryToTell } from '../../workflows/entries-to-tell';
import { PROTECTION } from './position-world';

const RUNS = 100;
const SYMBOL = 'BTCUSDT';
const LONGEST = `${'9'.repeat(20)}.${'9'.repeat(18)}`;
/** Temporal takes no more in one payload. */
const PAYLOAD_BYTES_MAX = 2 * 1024 * 1024;

const digits = fc.constantFrom('0', '0.00', '', '1', '0.5', '-3', '61200.5', '1E-7', LONGEST);
const figure = fc.constantFrom('1', '0.5', '61200.5', LONGEST);
/** Characters that are one byte and those that are three, and what JSON writes as six. */
const words = (unitsMax: number) =>
  fc.string({ unit: fc.constantFrom('x', '漢', 'é', '"'), minLength: 1, maxLength: unitsMax });

const positionRow = fc.record({
  symbol: fc.constant(SYMBOL),
  side: fc.constantFrom('Buy', 'Sell'),
  positionIdx: fc.constant(0),
  size: figure,
  avgPrice: figure,
  markPrice: figure,
  positionValue: figure,
  stopLoss: digits,
  takeProfit: digits,
  trailingStop: digits,
  liqPrice: fc.option(digits),
  leverage: fc.option(digits),
  unrealisedPnl: digits,
  curRealisedPnl: digits,
  openTime: fc.constant('1700000000000'),
  updatedTime: fc.constant('1700000000000'),
  seq: fc.nat(),
  positionStatus: fc.constantFrom('Normal', 'Liq', 'Adl'),
});

const opener = fc.record(
  {
    fingerprint: fc.constantFrom('0123456789abcdef', 'fedcba9876543210'),
    clientOrderId: fc.constant(`of${'a'.repeat(30)}`),
    strategy: words(64).map((text) => cutText(text, 100)),
    quantity: fc.constantFrom('0.5', LONGEST, 'undefined'),
    maxHoldingSeconds: fc.constant(31_536_000),
    trailingDistance: fc.constantFrom('1', LONGEST, '0'),
    filledAtMs: fc.constantFrom(1_700_000_000_000, NaN),
  },
  { requiredKeys: ['fingerprint', 'clientOrderId', 'quantity'] },
);

const TERMS = { ...PROTECTION, takeProfitFraction: LONGEST, trailingFraction: LONGEST, stopLossFraction: LONGEST };

test('a position that the venue’s rows tell is taken by its workflow, whatever describes it and whoever is pending', () => {
  const check = (candidate: object, openers: readonly never[]): void => {
    const { rows, faults } = parsePositionRows([candidate], new Set([SYMBOL]));
    expect(rows.length + faults.length).toBe(1);
    for (const row of rows) {
      const closeAll = { reason: 'DAILY_LOSS', words: `The day's loss of ${LONGEST} reached its limit` } as const;
      const rules = { protection: TERMS, foreign: 'alert' } as const;
      const told = { asOfMs: 1, row, openers: toldOpeners(openers), tradingState: 'reducing', closeAll, rules };
      expect(reportFault(told, SYMBOL)).toBeUndefined();
    }
  };
  fc.assert(fc.property(positionRow, fc.array(opener, { maxLength: 600 }) as never, check), { numRuns: RUNS });
});

const coin = fc.record({
  coin: words(45),
  walletBalance: digits,
  equity: digits,
  usdValue: digits,
  locked: digits,
  totalOrderIM: figure,
  totalPositionIM: figure,
  bonus: fc.constant('0'),
  spotBorrow: fc.constant('0'),
});

test('a report of balances that a wallet was read into is taken by the ledger, whatever its other coins are called', () => {
  const check = (coins: readonly object[], settleAsset: string): void => {
    const list = [{ accountType: 'UNIFIED', totalAvailableBalance: '980', coin: coins }];
    let report: unknown;
    try {
      report = parseBalances(balancesPayload.parse({ time: 1_700_000_000_000, result: { list } }), settleAsset);
    } catch (error) {
      // Of the asset that is lent from: nothing is known, and that is said.
      if (error instanceof RowFault) return;
      throw error;
    }
    expect(snapshotCommandFault(report)).toBeUndefined();
  };
  fc.assert(fc.property(fc.array(coin, { maxLength: 400 }), fc.constant('USDT'), check), { numRuns: RUNS });
});

test('of more positions than the ledger takes it is told as many as it does', () => {
  const position = { direction: 'SELL', quantity: LONGEST } as const;
  const symbols = Array.from({ length: 200 }, (_, number) => `${'X'.repeat(34)}${100 + number}`);
  const bySymbol = Object.fromEntries(symbols.map((symbol) => [symbol, position]));
  const positions = fittingPositions({ asOfMs: 1_700_000_000_000, bySymbol });
  const figures = { total: '1', available: '1', locked: '0' };
  const command = { asOfMs: 1_700_000_000_000, assets: { USDT: figures }, positions };
  const { state } = applySnapshot(emptyLedger({ snapshotLagMs: 0 }), command, 1_700_000_000_000);
  expect(Object.keys(state.positions.bySymbol)).toHaveLength(POSITIONS_MAX);
});

/** Longer than any figure that a venue's steps allow. */
const VENUE_FIGURE = '12345678901.123456789012';

test('an entry with every field at its longest is no command that the ledger refuses: its strategy’s name is cut', () => {
  const plan: OrderPlan = {
    symbol: '1000000BONKUSDT'.padEnd(30, 'X'),
    direction: 'SELL',
    clientOrderId: `of${'a'.repeat(30)}`,
    quantity: VENUE_FIGURE,
    limitPrice: VENUE_FIGURE,
    timeInForce: 'POST_ONLY',
    goodForSeconds: 2_592_000,
    reduceOnly: false,
    asset: 'USDT',
    reserveAmount: VENUE_FIGURE,
    referencePrice: VENUE_FIGURE,
    closingAmount: VENUE_FIGURE,
    plannedAtMs: 1_700_000_000_000,
    stopLoss: VENUE_FIGURE,
    takeProfit: VENUE_FIGURE,
    stopTrigger: 'mark',
    targetTrigger: 'last',
    trailingDistance: VENUE_FIGURE,
    maxHoldingSeconds: 31_536_000,
  };
  const check = (strategy: string): void => {
    const command = reserveCommandOf(
      {
        fingerprint: '0123456789abcdef',
        clientOrderId: plan.clientOrderId,
        signal: { strategy } as TradingSignal,
        venue: 'bybit',
        intent: 'entry',
        tradeRound: 999,
        signalStartedAtMs: 1_700_000_000_000,
        expiresAtMs: 1_700_000_000_000,
      },
      plan,
    );
    expect(reserveCommandFault(command)).toBeUndefined();
    expect(strategy.startsWith(command.strategy ?? '')).toBe(true);
  };
  fc.assert(fc.property(words(64), check), { numRuns: RUNS });
});

test('what an account carries into its next run fits one payload, with entries to tell at their most and its states at their largest', () => {
  const entry = (number: number): EntryToTell => ({
    symbol: 'X'.repeat(38),
    opener: {
      fingerprint: `${number}`.padStart(16, '0'),
      clientOrderId: `of${'a'.repeat(30)}`,
      strategy: cutText('漢'.repeat(64), 100),
      quantity: LONGEST,
      maxHoldingSeconds: 31_536_000,
      trailingDistance: LONGEST,
      filledAtMs: 1_700_000_000_000,
    },
    heardAtMs: 1_700_000_000_000,
    tells: 5,
    toldAtMs: 1_700_000_000_000,
    lackedAtMs: 1_700_000_000_000,
  });
  const entriesToTell = Array.from({ length: 100 }, (_, number) => entry(number));
  const settings = { riskTerms: 'x'.repeat(RISK_TERMS_BYTES_MAX), limits: 'x'.repeat(8_000) } as never;
  const stateOf = (bytes: number) => 'x'.repeat(bytes - 2);
  const largest = {
    ledger: stateOf(LEDGER_STATE_BYTES_MAX),
    window: stateOf(LIMITER_STATE_BYTES_MAX),
    risk: stateOf(RISK_BOOK_BYTES_MAX),
    entriesToTell,
  } as unknown as CarriedAccount;
  const carried = fittingAccount(settings, largest);
  expect(jsonBytes(settings) + jsonBytes(carried)).toBeLessThan(PAYLOAD_BYTES_MAX);
  const kept = carried.entriesToTell ?? [];
  expect(kept.length).toBeGreaterThan(0);
  expect(kept).toEqual(entriesToTell.slice(-kept.length));
  const small = { ...largest, ledger: {} } as unknown as CarriedAccount;
  expect(fittingAccount(settings, small)).toBe(small);
});
