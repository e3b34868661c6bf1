import type { Explanation } from '../../src/domain/explain/types';
import * as ledger from '../../src/domain/ledger/ledger';
import { PENDING_RESERVATIONS_MAX } from '../../src/domain/ledger/state';
import type { ReserveCommand, TradingState } from '../../src/domain/ledger/types';
import * as risk from '../../src/domain/risk/risk';
import type { Direction } from '../../src/domain/signal';
import { boundsFor } from '../../workflows/risk-view';
import { Desk, LAG_MS, MINUTE_MS } from '../unit/domain/risk/desk';
import { denialIn, FACTS, refused, SIGNAL, type Scenario } from './scenario';

/*
 * Signals that the real ledger and the real bounds of risk refuse.
 */

interface Order {
  readonly symbol?: string;
  readonly direction?: Direction;
  readonly quantity?: string;
  readonly change?: Partial<ReserveCommand>;
}

/** An entry that is to be refused, in the figures that the account tells with its answer. */
function entry(desk: Desk, { symbol = 'BTCUSDT', direction = 'BUY', quantity = '1', change }: Order = {}): Explanation {
  const { book, terms, nowMs } = desk;
  const pending = ledger.pendingReservations(desk.ledger);
  const bounds = boundsFor(symbol, { book, terms, pending, rows: new Map(), nowMs });
  const result = desk.reserve(desk.command(symbol, { direction, quantity }, change));
  const signal = { ...SIGNAL, symbol, direction, amount: quantity, timestampMs: nowMs - 300 };
  const denial = denialIn(result.status === 'denied' ? result.denial : result);
  return refused(denial, 'account', signal, { ...FACTS, ...(bounds.length > 0 && { bounds }) });
}

function deskIn(to: TradingState): Desk {
  const desk = new Desk();
  const command = { requestId: 'state', to, reason: 'prices look wrong' };
  desk.ledger = ledger.setTradingState(desk.ledger, command, desk.nowMs).state;
  return desk;
}

function deskFull(): Desk {
  const desk = new Desk();
  for (let count = 0; count < PENDING_RESERVATIONS_MAX; count += 1)
    desk.enter('BTCUSDT', { direction: 'SELL', reduceOnly: true }, { intent: 'exit', amount: '0' });
  return desk;
}

function deskWithoutReport(): Desk {
  const desk = new Desk();
  desk.ledger = ledger.emptyLedger({ snapshotLagMs: LAG_MS });
  return desk;
}

function deskWithOldBalances(): Desk {
  const desk = new Desk();
  desk.ledger = ledger.configureLedger(desk.ledger, { snapshotLagMs: LAG_MS, reportAgeMaxMs: 2 * MINUTE_MS });
  desk.funds('1000000');
  desk.pass(7 * MINUTE_MS).report();
  return desk;
}

function barred(): Explanation {
  const desk = new Desk();
  const command = { requestId: 'b', reservationId: 'ended', expiresAtMs: desk.nowMs + 5 * MINUTE_MS };
  desk.ledger = ledger.bar(desk.ledger, command, desk.nowMs).state;
  return entry(desk, { change: { reservationId: 'ended' } });
}

function withPosition(options: ConstructorParameters<typeof Desk>[0], row: Parameters<Desk['open']>[1] = {}): Desk {
  const desk = new Desk(options);
  desk.open('BTCUSDT', row);
  return desk;
}

/** Equity is reported and the money log is read, as a minute of the product does, before and after the fall. */
function afterFall(rules: { readonly dailyLossFraction?: string; readonly drawdownFraction?: string }): Desk {
  const desk = new Desk({ risk: rules });
  for (const equity of [START, START, FALLEN, FALLEN]) {
    for (const passedMs of [13_000, 5_000, 12_000, 30_000]) {
      desk.pass(passedMs).equity(equity);
      readMoney(desk);
      desk.report();
    }
  }
  return desk;
}

function readMoney(desk: Desk): void {
  const sinceMs = risk.moneyToRead(desk.book, desk.terms.risk, desk.nowMs);
  if (sinceMs === undefined) return;
  desk.book = risk.takeMoney(desk.book, [], { sinceMs, atMs: desk.nowMs }, desk.terms.risk, desk.nowMs);
}

function afterLosses(): Desk {
  const desk = new Desk({ risk: { lossStreak: 3 } });
  for (const symbol of ['ETHUSDT', 'SOLUSDT', 'XRPUSDT']) desk.pass(MINUTE_MS).closed(symbol, '-1', desk.nowMs);
  desk.report();
  return desk;
}

function afterStop(): Desk {
  const desk = new Desk({ risk: { coolDownAfterStopMinutes: 30 } });
  const { openedAtMs } = desk.open();
  desk.pass(LAG_MS).closed('BTCUSDT', '-1', openedAtMs, 'STOP_LOSS');
  desk.pass(MINUTE_MS).report();
  return desk;
}

function beforePositions(): Desk {
  const desk = new Desk();
  desk.book = { ...desk.book, asOfMs: 0, reportedAtMs: 0 };
  return desk;
}

const [START, FALLEN] = ['10000', '8900'];
const GROUPS = { majors: { symbols: ['BTCUSDT', 'ETHUSDT'], limit: '0.4' } };

export const REFUSED_BY_THE_ACCOUNT = {
  TRADING_HALTED: { what: 'trading is halted', told: () => entry(deskIn('halted')) },
  REDUCE_ONLY: { what: 'only exits are taken', told: () => entry(deskIn('reducing')) },
  TOO_MANY_RESERVATIONS: { what: 'as many orders as the ledger holds', told: () => entry(deskFull()) },
  SIGNAL_ENDED: { what: 'a signal that was given up before', told: barred },
  INSUFFICIENT_FUNDS: {
    what: 'more than is free',
    told: () => entry(new Desk(), { change: { amount: '2000000' } }),
  },
  NO_BALANCE_KNOWN: { what: 'before the first report of balances', told: () => entry(deskWithoutReport()) },
  BALANCES_OUTDATED: { what: 'balances of seven minutes ago', told: () => entry(deskWithOldBalances()) },
  POSITION_EXISTS: { what: 'a position of the same side', told: () => entry(withPosition({})) },
  OPPOSITE_POSITION: {
    what: 'a position of the other side, with positions.onOpposite deny',
    told: () => entry(withPosition({ positions: { onOpposite: 'deny' } }, { side: 'SHORT' })),
  },
  POSITION_FOREIGN: {
    what: 'a position that nobody here opened',
    told: () => {
      const desk = new Desk();
      desk.report([desk.row('BTCUSDT')]);
      return entry(desk);
    },
  },
  POSITION_TOO_LARGE: {
    what: 'more than risk.perSymbol',
    told: () => entry(new Desk({ risk: { perSymbol: '0.25' } }), { quantity: '25.1' }),
  },
  EXPOSURE_LIMIT: {
    what: 'more than risk.total',
    told: () => entry(withPosition({ risk: { total: '1' } }, { size: '60' }), { symbol: 'ETHUSDT', quantity: '41' }),
  },
  GROUP_EXPOSURE_LIMIT: {
    what: 'more than a group may be worth',
    told: () =>
      entry(withPosition({ risk: { groups: GROUPS } }, { size: '30' }), { symbol: 'ETHUSDT', quantity: '11' }),
  },
  TOO_MANY_POSITIONS: {
    what: 'more symbols than risk.positionsMax',
    told: () => entry(withPosition({ risk: { positionsMax: 1 } }), { symbol: 'ETHUSDT' }),
  },
  TOO_MANY_ENTRIES: {
    what: 'more entries than risk.entriesPerMinute',
    told: () => {
      const desk = new Desk({ risk: { entriesPerMinute: 1 } });
      desk.enter('ETHUSDT');
      return entry(desk);
    },
  },
  DAILY_LOSS_LIMIT: {
    what: "the day's loss reached its limit",
    told: () => entry(afterFall({ dailyLossFraction: '0.1' })),
  },
  DRAWDOWN_LIMIT: { what: 'a fall from the highest', told: () => entry(afterFall({ drawdownFraction: '0.1' })) },
  LOSS_STREAK: { what: 'three losses in a row', told: () => entry(afterLosses()) },
  COOLING_DOWN: { what: 'a minute after a stop', told: () => entry(afterStop()) },
  PROTECTION_PENDING: {
    what: 'to a position that has no stop',
    told: () => entry(withPosition({ positions: { adds: 1 }, unprotectedMaxMs: 10_000 }, { stopLoss: '0' })),
  },
  RISK_UNKNOWN: { what: 'before the first report of positions', told: () => entry(beforePositions()) },
} as const satisfies Readonly<Record<string, Scenario>>;
