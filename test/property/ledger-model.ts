import type * as real from '../../src/domain/ledger/ledger';
import type { LedgerState } from '../../src/domain/ledger/ledger';
import type { Intent } from '../../src/domain/signal';
import type { SnapshotCommand, TradingState } from '../../src/domain/ledger/types';

/** Amounts of the model are whole hundredths; the ledger gets them as decimal strings. */
export const LAG_MS = 20;
/** Beyond every pause between commands: only a clock that is set makes balances that old. */
export const REPORT_AGE_MAX_MS = 600_000;
const START_MS = 400 * 86_400_000;
/** The rule about clocks: spans of theirs and of ours that differ by more were not the same span. */
const CLOCKS_DIFFER_MS = 90_000;
const REPORT_DELAY_MS = 60_000;
/** Reports that are further apart may be so because both clocks were set. */
const PAUSE_MAX_MS = 7_200_000;

/** What the clocks are set by before a command: for good, or for this command alone. */
export interface Step {
  readonly oursMs: number;
  readonly venuesMs: number;
  readonly isForGood: boolean;
}

/** What a command may go by: our clock, and the venue's. */
export interface Clocks {
  readonly nowMs: number;
  readonly venueMs: number;
}

export type Op =
  | {
      kind: 'reserve';
      request: number;
      id: number;
      asset: string;
      units: number;
      intent: Intent;
      purpose: string;
      plan: string;
      /** What is left of the signal's time to live; negative: it is over. */
      leftMs: number;
    }
  | { kind: 'commit'; id: number; units: number; agoMs: number }
  | { kind: 'release'; id: number }
  | { kind: 'bar'; id: number }
  | { kind: 'acknowledge'; id: number; units: number; agoMs: number }
  | { kind: 'snapshot'; agoMs: number; available: number; locked: number; omitsSecond: boolean }
  | { kind: 'trading'; request: number; to: TradingState };

export type Reducers = Pick<
  typeof real,
  'reserve' | 'commit' | 'release' | 'bar' | 'acknowledge' | 'applySnapshot' | 'setTradingState'
>;

export function toText(units: number): string {
  return (units / 100).toFixed(2).replace(/\.?0+$/, '') || '0';
}

export function toUnits(text: string): number {
  return Math.round(Number(text) * 100);
}

export const idOf = (id: number): string => `signal-${id}`;
const requestOf = (request: number): string => `request-${request}`;

export function run(
  reducers: Reducers,
  state: LedgerState,
  op: Op,
  { nowMs, venueMs }: Clocks,
): { state: LedgerState; result: object } {
  switch (op.kind) {
    case 'reserve':
      return reducers.reserve(
        state,
        {
          requestId: requestOf(op.request),
          reservationId: idOf(op.id),
          asset: op.asset,
          amount: toText(op.units),
          intent: op.intent,
          purpose: op.purpose,
          metadata: { plan: op.plan },
          expiresAtMs: nowMs + op.leftMs,
        },
        nowMs,
      );
    case 'commit':
      return reducers.commit(
        state,
        {
          requestId: 'c',
          reservationId: idOf(op.id),
          amount: toText(op.units),
          executedAtMs: venueMs - op.agoMs,
          reason: 'filled',
        },
        nowMs,
      );
    case 'release':
      return reducers.release(state, { requestId: 'x', reservationId: idOf(op.id), reason: 'rejected' }, nowMs);
    case 'bar':
      return reducers.bar(state, { requestId: 'b', reservationId: idOf(op.id) }, nowMs);
    case 'acknowledge':
      return reducers.acknowledge(state, {
        requestId: 'a',
        reservationId: idOf(op.id),
        placedAtMs: venueMs - op.agoMs,
        lockedAmount: toText(op.units),
      });
    case 'snapshot': {
      const figures = {
        total: toText(op.available + op.locked),
        available: toText(op.available),
        locked: toText(op.locked),
      };
      const assets: SnapshotCommand['assets'] = op.omitsSecond ? { USDT: figures } : { USDT: figures, USDC: figures };
      return reducers.applySnapshot(state, { asOfMs: venueMs - op.agoMs, assets }, nowMs);
    }
    case 'trading':
      return reducers.setTradingState(state, { requestId: requestOf(op.request), to: op.to, reason: 'test' }, nowMs);
  }
}

interface ModelReservation {
  op: Extract<Op, { kind: 'reserve' }>;
  status: 'pending' | 'committed' | 'released';
  locked?: number;
  lockedFromMs?: number;
  /** The last report's time when it was made. */
  madeAfterMs: number;
}

/** Refusals that say nothing about a later try of the same request. */
const NOT_REMEMBERED = new Set(['SIGNAL_EXPIRED', 'NO_BALANCE_KNOWN', 'BALANCES_OUTDATED']);

/** The rules once more, as sums over everything that ever happened, in whole numbers. */
export class LedgerModel {
  nowMs = START_MS;
  venueMs = START_MS;
  reservations = new Map<number, ModelReservation>();
  /** Ids in the order of their acceptance. */
  accepted: number[] = [];
  barred = new Set<number>();
  refused = new Map<number, string>();
  fills: { asset: string; units: number; settledFromMs: number }[] = [];
  asOfMs = 0;
  reportedAtMs = 0;
  /** Since a clock was set, what was claimed before is contained in reports from then on. */
  containedFromMs = 0;
  report: Record<string, { available: number; locked: number }> = {};
  trading: TradingState = 'active';
  tradingRequests = new Map<number, TradingState>();

  pending(asset?: string): ModelReservation[] {
    return [...this.reservations.values()].filter(
      (entry) => entry.status === 'pending' && (asset === undefined || entry.op.asset === asset),
    );
  }
  reserved(asset: string): number {
    return sum(this.pending(asset).map((entry) => entry.op.units));
  }
  contained(asset: string): number {
    const parts = this.pending(asset).map((entry) =>
      entry.lockedFromMs !== undefined && this.asOfMs >= entry.lockedFromMs
        ? Math.min(entry.locked ?? 0, entry.op.units)
        : 0,
    );
    return Math.min(sum(parts), this.report[asset]?.locked ?? 0);
  }
  unsettled(asset: string): number {
    return sum(
      this.fills.filter((fill) => fill.asset === asset && fill.settledFromMs > this.asOfMs).map((fill) => fill.units),
    );
  }
  free(asset: string): number {
    const available = this.report[asset]?.available ?? 0;
    return available - this.reserved(asset) + this.contained(asset) - this.unsettled(asset);
  }

  /** Takes the operation over and tells what the ledger must answer. */
  apply(op: Op): string {
    switch (op.kind) {
      case 'reserve':
        return this.reserve(op);
      case 'commit':
      case 'release':
        return this.end(op);
      case 'bar':
        if (this.reservations.has(op.id)) return 'exists';
        this.barred.add(op.id);
        return 'withdrawn';
      case 'acknowledge': {
        const entry = this.reservations.get(op.id);
        if (entry?.status !== 'pending') return 'not_pending';
        entry.locked = Math.min(entry.locked ?? op.units, op.units);
        entry.lockedFromMs = Math.max(entry.lockedFromMs ?? 0, this.containedFrom(entry, this.venueMs - op.agoMs));
        return 'acknowledged';
      }
      case 'snapshot':
        return this.takeReport(op);
      case 'trading': {
        const known = this.tradingRequests.get(op.request);
        if (known !== undefined) return known === op.to ? 'set:old' : 'conflict';
        this.tradingRequests.set(op.request, op.to);
        this.trading = op.to;
        return 'set:new';
      }
    }
  }

  private takeReport(op: Extract<Op, { kind: 'snapshot' }>): string {
    const asOfMs = this.venueMs - op.agoMs;
    const isFirst = this.asOfMs === 0;
    const passedMs = asOfMs - this.asOfMs;
    if (!isFirst && passedMs < 0 && passedMs >= -CLOCKS_DIFFER_MS) return 'stale';
    const differMs = Math.abs(passedMs - (this.nowMs - this.reportedAtMs));
    const wasSet = !isFirst && (passedMs < 0 || passedMs > PAUSE_MAX_MS || differMs > CLOCKS_DIFFER_MS);
    const latestMs = asOfMs + REPORT_DELAY_MS + LAG_MS;
    const from = (fromMs: number) => (wasSet && fromMs <= asOfMs ? latestMs : Math.min(fromMs, latestMs));
    for (const entry of this.pending()) entry.lockedFromMs = entry.lockedFromMs && from(entry.lockedFromMs);
    const fills = this.fills.map((fill) => ({ ...fill, settledFromMs: from(fill.settledFromMs) }));
    this.fills = fills.filter(({ settledFromMs }) => settledFromMs > asOfMs);
    this.containedFromMs = wasSet ? latestMs : Math.min(this.containedFromMs, latestMs);
    this.asOfMs = asOfMs;
    this.reportedAtMs = this.nowMs;
    const figures = { available: op.available, locked: op.locked };
    this.report = op.omitsSecond ? { USDT: figures } : { USDT: figures, USDC: figures };
    return 'applied';
  }

  private containedFrom({ madeAfterMs }: ModelReservation, atMs: number): number {
    const certainMs = atMs < madeAfterMs ? this.asOfMs + REPORT_DELAY_MS : atMs;
    return Math.max(certainMs + LAG_MS, this.containedFromMs);
  }

  private reserve(op: Extract<Op, { kind: 'reserve' }>): string {
    if (op.intent === 'entry' && op.units === 0) return 'denied:INVALID_SIGNAL';
    const refusal = this.refused.get(op.request);
    if (refusal !== undefined) return refusal;
    const known = this.reservations.get(op.id);
    if (known) {
      const { asset, units, intent, purpose, plan } = known.op;
      if (asset !== op.asset) return 'conflict:asset';
      if (units !== op.units) return 'conflict:amount';
      if (intent !== op.intent) return 'conflict:intent';
      if (purpose !== op.purpose) return 'conflict:purpose';
      if (plan !== op.plan) return 'conflict:metadata.plan';
      return `reserved:old:${known.status}`;
    }
    if ([...this.reservations.values()].some((entry) => entry.op.request === op.request)) {
      return 'conflict:reservationId';
    }
    const code = this.denialCode(op);
    if (code !== undefined) {
      if (!NOT_REMEMBERED.has(code)) this.refused.set(op.request, `denied:${code}`);
      return `denied:${code}`;
    }
    this.reservations.set(op.id, { op, status: 'pending', madeAfterMs: this.asOfMs });
    this.accepted.push(op.id);
    return 'reserved:new:pending';
  }

  private denialCode(op: Extract<Op, { kind: 'reserve' }>): string | undefined {
    if (this.barred.has(op.id)) return 'SIGNAL_ENDED';
    if (op.leftMs < 0) return 'SIGNAL_EXPIRED';
    if (this.trading === 'halted') return 'TRADING_HALTED';
    if (this.trading === 'reducing' && op.intent === 'entry') return 'REDUCE_ONLY';
    if (op.units === 0) return undefined;
    if (this.asOfMs === 0) return 'NO_BALANCE_KNOWN';
    if (Math.abs(this.nowMs - this.reportedAtMs) > REPORT_AGE_MAX_MS) return 'BALANCES_OUTDATED';
    return op.units <= this.free(op.asset) ? undefined : 'INSUFFICIENT_FUNDS';
  }

  private end(op: Extract<Op, { kind: 'commit' | 'release' }>): string {
    const entry = this.reservations.get(op.id);
    if (entry === undefined) {
      if (op.kind === 'release') this.barred.add(op.id);
      return 'not_found';
    }
    if (entry.status !== 'pending') return `already_ended:${entry.status}`;
    entry.status = op.kind === 'commit' ? 'committed' : 'released';
    if (op.kind === 'commit') {
      const settledFromMs = this.containedFrom(entry, this.venueMs - op.agoMs);
      if (settledFromMs > this.asOfMs) this.fills.push({ asset: entry.op.asset, units: op.units, settledFromMs });
    }
    return `ended:${entry.status}`;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
