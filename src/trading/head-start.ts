import { setBounded } from '../domain/plain-values';
import type { SignalWorkflowInput } from '../messages/signal';
import { tradeInputOf, type TradeInput, type TradeResult } from '../messages/trade';
import type { HeadStart } from '../intake/types';
import type { Permits } from './permits';
import type { ShortRoad } from './short-road';

/** Trades begun ahead of their workflows that wait to be taken over; the oldest are forgotten first. */
const HEAD_STARTS_MAX = 1_000;
const FIRST_ROUND = 1;

/**
 * Begins a signal's trade in the moment in which the server has taken the signal, while its workflow is still on its way
 * to a worker. The workflow's own call then takes over what is under way instead of beginning anew.
 *
 * It is as safe as a second run of the same call: the reservation is in the ledger's history before the first byte
 * leaves, and whoever comes second (another process, or the call after a head start that was forgotten) is told that the
 * reservation exists, sends nothing, and looks the order up.
 */
export class HeadStarts implements HeadStart {
  private readonly begun = new Map<string, Promise<TradeResult>>();
  private underWay = 0;

  /** @param atOnceMax trades begun here that may be under way at once; further signals get no head start */
  constructor(
    private readonly road: ShortRoad,
    private readonly permits: Permits,
    private readonly atOnceMax: number,
  ) {}

  ready(): ((input: SignalWorkflowInput) => void) | undefined {
    if (this.underWay >= this.atOnceMax) return undefined;
    // The signal starts after this. The account's own clock dates its reservations, so that no other clock can be wrong.
    const startedAfterMs = this.permits.accountTimeMs;
    if (startedAfterMs === undefined) return undefined;
    return (input) => this.begin(tradeInputOf(input, FIRST_ROUND, startedAfterMs));
  }

  /** For the workflow's own call: what was begun for it, or the trade from its beginning. */
  trade(input: TradeInput): Promise<TradeResult> {
    const begun = input.round === FIRST_ROUND ? this.begun.get(input.fingerprint) : undefined;
    if (!begun) return this.road.trade(input);
    // Once only: if it failed, the call that is made next must not get the same failure.
    this.begun.delete(input.fingerprint);
    return begun;
  }

  private begin(input: TradeInput): void {
    this.underWay += 1;
    const trade = this.road.trade(input).finally(() => {
      this.underWay -= 1;
    });
    // Its failure is the workflow's to see.
    trade.catch(() => undefined);
    setBounded(this.begun, input.fingerprint, trade, HEAD_STARTS_MAX);
  }
}
