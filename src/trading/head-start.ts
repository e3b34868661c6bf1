import { setBounded } from '../domain/plain-values';
import { SIGNAL_WORKFLOW_TYPE, type SignalWorkflowInput } from '../messages/signal';
import { tradeInputOf, type TradeInput, type TradeResult, type WithFacts } from '../messages/trade';
import type { SignalCheck } from '../intake/genuine-signal';
import type { HeadStart } from '../intake/types';
import type { Permits } from './permits';
import type { ShortRoad } from './short-road';

/** Trades begun ahead of their workflows that wait to be taken over; the oldest are forgotten first. */
const HEAD_STARTS_MAX = 1_000;
const FIRST_ROUND = 1;

/** A trade begun ahead, and the run that it is for. */
interface Begun {
  readonly runId: string;
  readonly trade: Promise<TradeResult & WithFacts>;
}

/**
 * Begins a signal's trade in the moment in which the server has taken the signal, while its workflow is still on its way
 * to a worker. The workflow's own call then takes over what is under way instead of beginning anew.
 *
 * It is as safe as a second run of the same call: the reservation is in the ledger's history before the first byte
 * leaves, and whoever comes second (another process, or the call after a head start that was forgotten) is told that the
 * reservation exists, sends nothing, and looks the order up.
 */
export class HeadStarts implements HeadStart {
  private readonly begun = new Map<string, Begun>();
  private underWay = 0;

  /**
   * @param check as every call of a workflow is checked
   * @param atOnceMax trades begun here that may be under way at once; further signals get no head start
   */
  constructor(
    private readonly road: ShortRoad,
    private readonly permits: Permits,
    private readonly check: SignalCheck,
    private readonly atOnceMax: number,
  ) {}

  ready(): ((input: SignalWorkflowInput, runId: string) => void) | undefined {
    if (this.underWay >= this.atOnceMax) return undefined;
    // The signal starts after this. The account's own clock dates its reservations, so that no other clock can be wrong.
    const startedAfterMs = this.permits.accountTimeMs;
    if (startedAfterMs === undefined) return undefined;
    return (input, runId) => {
      const origin = {
        workflowType: SIGNAL_WORKFLOW_TYPE,
        workflowId: input.fingerprint,
        firstRunId: runId,
        startedAtMs: startedAfterMs,
        foreign: [],
      };
      this.begin(tradeInputOf(input, origin, FIRST_ROUND, startedAfterMs));
    };
  }

  /** For the workflow's own call: what was begun for it, or the trade from its beginning. */
  trade(input: TradeInput): Promise<TradeResult & WithFacts> {
    const begun = input.round === FIRST_ROUND ? this.begun.get(input.fingerprint) : undefined;
    // Another run under the same id is none of intake's, whatever it was started with.
    if (begun?.runId !== input.origin.firstRunId) return this.road.trade(input);
    // Once only: if it failed, the call that is made next must not get the same failure.
    this.begun.delete(input.fingerprint);
    return begun.trade;
  }

  private begin(input: TradeInput): void {
    // Its own call is refused, and tells why.
    if (this.check(input)) return;
    this.underWay += 1;
    const trade = this.road.trade(input).finally(() => {
      this.underWay -= 1;
    });
    // Its failure is the workflow's to see.
    trade.catch(() => undefined);
    setBounded(this.begun, input.fingerprint, { runId: input.origin.firstRunId, trade }, HEAD_STARTS_MAX);
  }
}
