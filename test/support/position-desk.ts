/** What positions' workflows ask of the world, played: the venue's positions, its answers, the exits and the books. */
import { ApplicationFailure } from '@temporalio/common';
import type { CancelledEntries } from '../../src/domain/position/resting-entries';
import type { Client } from '@temporalio/client';
import type { PositionActivities } from '../../activities/positions';
import type {
  ClosedTrade,
  PositionOpener,
  PositionRow,
  ProtectionAnswer,
  ProtectionChange,
} from '../../src/domain/position/types';
import { estimatedTradeOf } from '../../src/domain/position/booking';
import type { ProtectionSettings } from '../../src/domain/protection/types';
import { clientOrderIdOf, contentHashOf, fingerprintOf } from '../../src/intake/fingerprint';
import { positionWorkflowId } from '../../src/messages/ids';
import {
  positionStateQuery,
  type PositionReport,
  type PositionView,
  type PositionWorkflowInput,
} from '../../src/messages/position';
import type { TradeInput, TradeResult } from '../../src/messages/trade';
import type { PositionClosed } from '../../src/messages/venue-account';
import { PositionClient } from '../../src/trading/position-client';
import { ExitMaker } from '../../src/trading/position-exits';
import { onPaper } from './account-commands';

export const DESK_VENUE = 'desk';

export const DESK_PROTECTION: ProtectionSettings = {
  required: true,
  stopLossFraction: '0.02',
  takeProfitFraction: null,
  trailingFraction: null,
  breakEvenFraction: null,
  partialTakeProfitFraction: null,
  partialTakeProfitShare: '0.5',
  maxHoldingMinutes: null,
  stopDistanceMin: '0.0005',
  stopDistanceMax: '0.5',
  stopTrigger: 'mark',
  targetTrigger: 'last',
  unprotectedMaxSeconds: 10,
  closeUnprotectedAfterSeconds: 30,
  whileHalted: 'keep',
  moveLeast: '0.0005',
  moveIntervalSeconds: 10,
};

type Status = ProtectionAnswer['status'];
type PlayedActivities = Omit<PositionActivities, 'tellPosition' | 'fetchMoneyLog'>;

/** One symbol at the venue. */
export class SymbolDesk {
  row: PositionRow | null = null;
  openers: readonly PositionOpener[];
  tradingState: PositionReport['tradingState'] = 'active';
  /** What it answers to the next changes, in this order; afterwards it does what it is asked for. */
  readonly answers: Status[] = [];
  readonly changes: ProtectionChange[] = [];
  /** Fingerprints of the exits that were traded. */
  readonly exits: string[] = [];
  readonly closed: PositionClosed[] = [];
  /** Booked with the next trade: no report showed them. */
  missed: readonly ClosedTrade[] = [];
  /** Awaited before an exit is traded. */
  beforeExit: () => Promise<void> = async () => undefined;
  /** Awaited before a trade is booked. */
  beforeBooking: () => Promise<void> = async () => undefined;
  private sequence = 0;

  constructor(readonly symbol: string) {
    const fingerprint = 'e'.repeat(16);
    this.openers = [{ fingerprint, clientOrderId: clientOrderIdOf(fingerprint), strategy: 'desk', quantity: '0.5' }];
  }

  /** A position is there. */
  open(change: Partial<PositionRow> = {}): void {
    this.sequence += 1;
    const first = {
      symbol: this.symbol,
      side: 'LONG',
      size: '0.5',
      entryPrice: '61200',
      markPrice: '61300.5',
      value: '30600',
      openedAtMs: Date.now(),
      updatedAtMs: Date.now(),
      status: 'normal',
    } as const;
    this.row = { ...first, ...this.row, ...change, sequence: this.sequence };
  }

  report(): PositionReport {
    return { asOfMs: Date.now(), row: this.row, openers: this.openers, tradingState: this.tradingState };
  }

  answer(change: ProtectionChange): ProtectionAnswer {
    this.changes.push(change);
    const status = this.answers.shift() ?? 'set';
    if (status === 'set' && this.row) this.open({ stopLoss: change.stopLoss ?? this.row.stopLoss });
    return { status, message: `The desk says ${status}.` };
  }

  trade({ fingerprint, signal }: TradeInput): TradeResult {
    this.exits.push(fingerprint);
    this.row = null;
    const { symbol, direction, amount = '0' } = signal;
    const clientOrderId = clientOrderIdOf(fingerprint);
    const atMs = Date.now();
    const plan = { symbol, direction, clientOrderId, quantity: amount, reduceOnly: true };
    const order = { clientOrderId, venueOrderId: '1', symbol, quantity: amount, filledQuantity: amount };
    return {
      status: 'settled',
      plan: { ...plan, asset: 'USDT', reserveAmount: '0', referencePrice: '61300.5' },
      order: { ...order, status: 'filled', averagePrice: '61300.5', fee: '1', createdAtMs: atMs, updatedAtMs: atMs },
      times: { reservedAtMs: atMs, sentAtMs: atMs, answeredAtMs: atMs },
    };
  }
}

/** A trade of a symbol that was closed a minute ago, for those that no report showed. */
export function missedTrade(symbol: string, change: Partial<ClosedTrade> = {}): ClosedTrade {
  const openedAtMs = Date.now() - 60_000;
  return {
    symbol,
    side: 'SHORT',
    openedAtMs,
    closedAtMs: openedAtMs + 900,
    quantity: '0.5',
    entryPrice: '61000',
    exitPrice: '61100',
    reason: 'STOP_LOSS',
    gross: '-50',
    fees: '1',
    funding: '0',
    net: '-51',
    isProven: true,
    openedBy: ['d'.repeat(16)],
    exitRounds: 0,
    unprotectedMs: 0,
    marks: [],
    ...change,
  };
}

/** All symbols, and the activities of the three queues. */
export class PositionDesks {
  private readonly desks = new Map<string, SymbolDesk>();
  private readonly outcomes = new Map<string, string>();
  /** The venue tells no positions, until a person has made another key. */
  isKeyRefused = false;
  /** How often it has told none for that. */
  refusals = 0;

  of(symbol: string): SymbolDesk {
    const desk = this.desks.get(symbol) ?? new SymbolDesk(symbol);
    this.desks.set(symbol, desk);
    return desk;
  }

  /** An exit of this fingerprint exists already, and filled so much. */
  exists(fingerprint: string, filledQuantity: string): void {
    this.outcomes.set(fingerprint, filledQuantity);
  }

  /** What becomes of entries that rest. */
  cancelEntries: () => Promise<CancelledEntries | undefined> = async () => undefined;

  readonly venueActivities: PlayedActivities = {
    fetchPositions: async () => {
      if (this.isKeyRefused) {
        this.refusals += 1;
        throw ApplicationFailure.nonRetryable('API key is invalid.', 'FATAL');
      }
      const rows = [...this.desks.values()].flatMap(({ row }) => (row ? [row] : []));
      return { asOfMs: Date.now(), rows, unreadable: [] };
    },
    setProtection: async ({ change }) => this.of(change.symbol).answer(change),
    cancelEntries: () => this.cancelEntries(),
    makeExit: (order) =>
      new ExitMaker({ market: async () => undefined } as never, {
        fingerprintOf: (signal) => this.fingerprints(fingerprintOf(signal)),
        contentHashOf,
        clientOrderIdOf,
      }).make(order),
    exitOutcome: async ({ exitFingerprint }) => {
      const filledQuantity = this.outcomes.get(exitFingerprint);
      const isTraded = [...this.desks.values()].some(({ exits }) => exits.includes(exitFingerprint));
      if (filledQuantity === undefined && !isTraded) return { status: 'running' };
      const detail = 'Seen by the desk.';
      return { status: 'ended', outcome: 'FILLED', detail, filledQuantity: filledQuantity ?? '0.5' };
    },
    bookEpisode: async ({ evidence, seen }) => {
      const desk = this.of(evidence.symbol);
      await desk.beforeBooking();
      const trade = estimatedTradeOf({ ...evidence, executions: [], moneyRows: [] }, seen);
      return { status: 'booked', trade, ...(desk.missed.length > 0 && { missed: desk.missed }) };
    },
    fetchExecutions: async () => [],
    positionClosed: async ({ closed }) => void this.of(closed.symbol).closed.push(closed),
  };

  /** Changes the fingerprint of every exit that is made: to one that exists, say. */
  fingerprints: (made: string) => string = (made) => made;

  /** Of the signals' queue: an exit is traded at once. */
  readonly signalActivities = {
    tradeAtOnce: async (input: TradeInput): Promise<TradeResult> => {
      const desk = this.of(input.signal.symbol);
      await desk.beforeExit();
      return desk.trade(input);
    },
    withdraw: async () => ({ status: 'withdrawn' }) as const,
    tellTerms: () => Promise.reject(ApplicationFailure.nonRetryable('not played')),
  };
}

/** The workflow of one symbol's position, on a server. */
export class DeskPosition {
  constructor(
    private readonly client: Client,
    readonly desk: SymbolDesk,
    private readonly protection: Partial<ProtectionSettings> = {},
    private readonly foreign: PositionWorkflowInput['foreign'] = 'alert',
  ) {}

  get handle() {
    const workflowId = positionWorkflowId({ venue: DESK_VENUE }, this.desk.symbol);
    return this.client.workflow.getHandle<(input: PositionWorkflowInput) => Promise<PositionView>>(workflowId);
  }

  /** As the account tells it. */
  async tell(report: PositionReport = this.desk.report()): Promise<void> {
    const protection = { ...DESK_PROTECTION, ...this.protection };
    const { client, foreign } = this;
    const positions = new PositionClient({ client, ours: onPaper(DESK_VENUE), protection, foreign, clientOrderIdOf });
    await positions.tell(this.desk.symbol, report);
  }

  view(): Promise<PositionView> {
    return this.handle.query(positionStateQuery);
  }
}
