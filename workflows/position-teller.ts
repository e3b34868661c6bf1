import { log, proxyActivities, sleep } from '@temporalio/workflow';
import type { PositionActivities } from '../activities/positions';
import type { TradingVenue } from '../src/domain/trading-venue';
import { venueTaskQueue } from '../src/messages/ids';
import type { PositionReport } from '../src/messages/position';
import { LastingAlert } from './recurring-alert';
import { rootMessage } from './until-answered';

/** Symbols that are told of at the same time. */
const AT_ONCE_MAX = 20;
const TRY_TIMEOUT = '10 seconds';
const CALL_TIMEOUT = '60 seconds';
/** Pause after a call that failed, milliseconds. */
const RETRY_MS = 5_000;
/** A symbol is told again after this, changed or not. */
const HEARTBEAT_MS = 60_000;
/** A mark price that moved by this fraction is a change. */
const MARK_MOVED_FRACTION = 0.001;

interface Told {
  readonly signature: string;
  readonly mark: number;
  readonly atMs: number;
}

interface TellerOptions {
  /** Asked before each try: what waited may be over meanwhile, and telling it would start a workflow for nothing. */
  readonly isToTell: (symbol: string, report: PositionReport) => boolean;
  /** Called once a symbol's end was told. */
  readonly flatTold: (symbol: string) => void;
}

/**
 * Tells each position's workflow what the venue says of it, until it is told: in order for each symbol, and of what waits
 * only the latest. What is held is at most one report for each symbol.
 */
export class PositionTeller {
  private readonly waiting = new Map<string, PositionReport>();
  private readonly underWay = new Set<string>();
  private readonly told = new Map<string, Told>();
  private readonly failing = new LastingAlert();

  constructor(
    private readonly at: TradingVenue,
    private readonly options: TellerOptions,
  ) {}

  /** Tells it, where it is news or was told too long ago. */
  offer(symbol: string, report: PositionReport): void {
    const signature = signatureOf(report);
    const mark = Number(report.row?.markPrice ?? 0);
    const last = this.told.get(symbol);
    const isNews = last?.signature !== signature || hasMoved(last.mark, mark) || Date.now() - last.atMs >= HEARTBEAT_MS;
    if (!isNews) return;
    this.told.set(symbol, { signature, mark, atMs: Date.now() });
    this.waiting.set(symbol, report);
    this.next();
  }

  private next(): void {
    for (const symbol of this.waiting.keys()) {
      if (this.underWay.size >= AT_ONCE_MAX) return;
      if (!this.underWay.has(symbol)) void this.tell(symbol);
    }
  }

  private async tell(symbol: string): Promise<void> {
    this.underWay.add(symbol);
    const { tellPosition } = proxyActivities<PositionActivities>({
      taskQueue: venueTaskQueue(this.at),
      startToCloseTimeout: TRY_TIMEOUT,
      scheduleToCloseTimeout: CALL_TIMEOUT,
      summary: `position in ${symbol}`,
    });
    for (;;) {
      const report = this.waiting.get(symbol);
      if (report === undefined) break;
      this.waiting.delete(symbol);
      if (!this.options.isToTell(symbol, report)) {
        this.forget(symbol);
        continue;
      }
      try {
        await tellPosition({ ...this.at, symbol, report });
        this.failing.settle();
        if (report.row === null) this.ended(symbol);
      } catch (error) {
        log.warn('A position could not be told of.', { symbol, reason: rootMessage(error) });
        this.failing.failed(this.sentence(symbol, error));
        if (!this.waiting.has(symbol)) this.waiting.set(symbol, report);
        await sleep(RETRY_MS);
      }
    }
    this.underWay.delete(symbol);
    this.next();
  }

  private ended(symbol: string): void {
    this.options.flatTold(symbol);
    this.forget(symbol);
  }

  private forget(symbol: string): void {
    if (!this.waiting.has(symbol)) this.told.delete(symbol);
  }

  private sentence(symbol: string, error: unknown): string {
    return `${symbol} at ${this.at.venue}: its position cannot be handed to the workflow that looks after it; it is tried until it can. ${rootMessage(error)}`;
  }
}

function hasMoved(before: number, now: number): boolean {
  return Math.abs(now - before) > before * MARK_MOVED_FRACTION;
}

/** Equal for reports that say the same; prices that move all the time are left out. */
function signatureOf({ row, openers, tradingState, closeAll }: PositionReport): string {
  const said = row && [
    row.side,
    row.size,
    row.entryPrice,
    row.leverage,
    row.stopLoss,
    row.takeProfit,
    row.trailingDistance,
    row.openedAtMs,
    row.status,
    row.deleveragingRank,
  ];
  return JSON.stringify([said, openers, tradingState, closeAll]);
}
