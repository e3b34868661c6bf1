import type { SignalEndFigures } from './announcements';

/** How long a signal's steps took, on the server's clock, for who counts: nothing depends on it. */
export class SignalPace {
  private reservedAtMs: number | undefined;
  private answeredAtMs: number | undefined;
  private orderAtMs: number | undefined;
  private isShort = false;
  private goesOnDurably = false;

  /**
   * @param startedAtMs when the signal started, milliseconds UTC; undefined where this run did not begin with it: nobody knows here
   *   when its order was sent
   */
  constructor(private readonly startedAtMs: number | undefined) {}

  /** The short road reserved and sent: instants of this workflow's clock. */
  traded(reservedAtMs: number, answeredAtMs: number): void {
    this.goesOnDurably = false;
    this.reservedAtMs = reservedAtMs;
    this.answeredAtMs = answeredAtMs;
  }

  /** The venue has shown the order. Where nothing came between, it is the one that the short road sent. */
  orderKnown(): void {
    if (this.orderAtMs !== undefined) return;
    this.isShort = this.answeredAtMs !== undefined && !this.goesOnDurably;
    this.orderAtMs = this.isShort ? this.answeredAtMs : Date.now();
  }

  /** The signal enters another state: what follows is the durable road's. */
  goesOn(): void {
    this.goesOnDurably = true;
  }

  figures(): Pick<SignalEndFigures, 'road' | 'toOrderMs' | 'steps'> {
    const { startedAtMs, reservedAtMs, answeredAtMs, orderAtMs } = this;
    const road = this.isShort ? 'short' : 'durable';
    if (startedAtMs === undefined || orderAtMs === undefined) return { road };
    const toOrderMs = span(startedAtMs, orderAtMs);
    if (this.goesOnDurably || reservedAtMs === undefined || answeredAtMs === undefined) return { road, toOrderMs };
    const steps = {
      reserveMs: span(startedAtMs, reservedAtMs),
      sendMs: span(reservedAtMs, answeredAtMs),
      bookMs: span(answeredAtMs, Date.now()),
    };
    return { road, toOrderMs, steps };
  }
}

/** Two machines' clocks may make less than nothing of a moment. */
function span(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs);
}
