import { isDeepStrictEqual } from 'node:util';
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import type { Reservation } from '../domain/ledger/types';
import type { OrderPlan } from '../domain/market';
import { quoteValue } from '../domain/quote-value';
import type { TradingSignal } from '../domain/signal';
import type { SignalState } from '../domain/signal-view';
import type { TradingVenue } from '../domain/trading-venue';
import { orphanWorkflowId, SIGNALS_TASK_QUEUE, venueAccountWorkflowId } from '../messages/ids';
import type { Refusal } from '../messages/refusal';
import { TRADE_DIRECTION, TRADE_SYMBOL, TRADE_VENUE } from '../messages/search-attributes';
import { ORPHAN_WORKFLOW_TYPE, stateQuery, type SignalWorkflowInput } from '../messages/signal';
import type { AdmittedOrphan, OrphanClaim, TermsOf } from '../messages/trade';
import { reservationsQuery } from '../messages/venue-account';
import { someAtOnce } from '../process/some-at-once';
import { queryPatiently } from '../temporal/patient-query';

/** Questions to the server at once. */
const QUESTIONS_MAX = 10;
/** The strategy of signals whose own workflow is gone: nobody remembers theirs. */
const UNKNOWN_STRATEGY = 'unknown (its workflow was ended)';
const SYMBOL = /^[A-Z0-9-]{1,40}$/;

/** Tries of one step that failed; more mean that it will not succeed by itself. */
const STEP_ATTEMPTS_MAX = 5;
/** An ended workflow is replayed for its answer. */
const QUERY_TIMEOUT_MS = 5_000;
/** Where the venue has not said of an order that it has it. An unknown one may be a duplicate, which says so. */
const UNACKNOWLEDGED_STATES: ReadonlySet<SignalState> = new Set([
  'RECEIVED',
  'SIZING',
  'RESERVING',
  'WAITING_FOR_PERMIT',
  'PLACING',
]);

/** ended: its workflow does not run (any more). stuck: it runs, and its next step fails again and again. */
export interface TroubledSignal {
  readonly fingerprint: string;
  readonly trouble: 'ended' | 'stuck';
}

/** Finds signals whose workflow somebody ended, and has what they reserved looked after. */
export class OrphanKeeper {
  constructor(
    private readonly client: Client,
    private readonly termsOf: TermsOf,
    private readonly ours: TradingVenue,
  ) {}

  /** @returns those of these signals that do not go on by themselves; the others are well */
  async findTroubled(fingerprints: readonly string[]): Promise<readonly TroubledSignal[]> {
    const troubled: TroubledSignal[] = [];
    await someAtOnce(fingerprints, QUESTIONS_MAX, async (fingerprint) => {
      const trouble = await this.troubleOf(fingerprint);
      if (trouble) troubled.push({ fingerprint, trouble });
    });
    return troubled;
  }

  /**
   * Starts workflows that find out what became of orders, and end their reservations. Safe to repeat.
   *
   * @returns the ids of those for which none was under way yet
   */
  async lookAfter(reservations: readonly Reservation[]): Promise<readonly string[]> {
    const begun: string[] = [];
    let failure: unknown;
    await someAtOnce(reservations, QUESTIONS_MAX, async (reservation) => {
      try {
        if (await this.start(reservation)) begun.push(reservation.id);
      } catch (error) {
        // One that cannot be looked after must not keep the others from it; the next comparison tries again.
        failure = error;
      }
    });
    if (failure !== undefined && begun.length === 0) throw failure;
    return begun;
  }

  /**
   * Whether a workflow that claims to look after an orphaned reservation may: the account holds it, for the very order of
   * the claim, and the signal's own workflow does not run. Anyone can start one under that id.
   *
   * @returns what this installation itself knows of the order; nothing that decides its end comes from the claim
   */
  async admit({ fingerprint, input, origin }: OrphanClaim): Promise<AdmittedOrphan | Refusal> {
    const refuse = (fault: string): Refusal => ({
      code: 'SIGNAL_NOT_GENUINE',
      message: `The workflow ${quoteValue(origin.workflowId)} was not started by this installation: ${fault}. It does nothing; look at who reaches the Temporal server.`,
    });
    const { workflowId, workflowType, foreign } = origin;
    if (workflowType !== ORPHAN_WORKFLOW_TYPE || workflowId !== orphanWorkflowId(fingerprint)) {
      return refuse('its id and its type are no orphan’s');
    }
    if (foreign[0] !== undefined) return refuse(`it was given ${foreign[0]}`);
    const account = this.client.workflow.getHandle(venueAccountWorkflowId(this.ours));
    const reservation = (await queryPatiently(account, reservationsQuery)).find(({ id }) => id === fingerprint);
    if (!reservation) return refuse('the account holds nothing for it');
    if (!isOfReservation(input, inputFor(reservation))) return refuse('the account holds another order for it');
    if ((await this.troubleOf(fingerprint)) !== 'ended') return refuse("the signal's own workflow runs");
    return {
      wasAcknowledged: await this.wasAcknowledged(fingerprint),
      terms: this.termsOf(input.signal, reservation.createdAtMs),
    };
  }

  private async start(reservation: Reservation): Promise<boolean> {
    const { plan, ...about } = inputFor(reservation);
    const input: SignalWorkflowInput = {
      ...about,
      ...this.ours,
      terms: this.termsOf(about.signal, reservation.createdAtMs),
      orphan: { plan, wasAcknowledged: await this.wasAcknowledged(reservation.id) },
    };
    try {
      await this.client.workflow.start(ORPHAN_WORKFLOW_TYPE, {
        workflowId: orphanWorkflowId(reservation.id),
        workflowIdConflictPolicy: 'FAIL',
        taskQueue: SIGNALS_TASK_QUEUE,
        args: [input],
        staticSummary: `the order of ${reservation.id}, whose workflow was ended`,
        typedSearchAttributes: [{ key: TRADE_VENUE, value: this.ours.venue }, ...attributesOf(about.signal)],
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /** What the ended workflow knew. Where it cannot be asked, the venue may have had the order: a person decides then. */
  private async wasAcknowledged(fingerprint: string): Promise<boolean> {
    try {
      const handle = this.client.workflow.getHandle(fingerprint);
      const view = await this.client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(stateQuery));
      return !UNACKNOWLEDGED_STATES.has(view.state) || view.order?.venueOrderId !== undefined;
    } catch {
      return true;
    }
  }

  private async troubleOf(fingerprint: string): Promise<TroubledSignal['trouble'] | undefined> {
    const description = await this.describe(fingerprint);
    const status = description?.status.name;
    if (status !== 'RUNNING' && status !== 'PAUSED') return 'ended';
    const attempts = description?.raw.pendingWorkflowTask?.attempt ?? 0;
    return attempts >= STEP_ATTEMPTS_MAX ? 'stuck' : undefined;
  }

  private async describe(workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.client.workflow.getHandle(workflowId).describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

/** What is told of an orphaned order by its reservation alone. */
interface OrphanFacts extends Pick<SignalWorkflowInput, 'fingerprint' | 'clientOrderId' | 'signal'> {
  readonly plan: OrderPlan;
}

function inputFor(reservation: Reservation): OrphanFacts {
  const plan = reservation.metadata as unknown as OrderPlan;
  const { id: fingerprint } = reservation;
  return { fingerprint, clientOrderId: plan.clientOrderId, signal: signalOf(reservation, plan), plan };
}

/** A reservation may be of anybody's making, and whatever it says must not keep its workflow from being started. */
function attributesOf({ symbol, direction }: TradingSignal) {
  if (!SYMBOL.test(symbol)) return [];
  return [
    { key: TRADE_SYMBOL, value: symbol },
    ...(direction === 'BUY' || direction === 'SELL' ? [{ key: TRADE_DIRECTION, value: direction }] : []),
  ];
}

function isOfReservation({ fingerprint, clientOrderId, signal, orphan }: SignalWorkflowInput, facts: OrphanFacts) {
  return isDeepStrictEqual({ fingerprint, clientOrderId, signal, plan: orphan?.plan }, facts);
}

/** As much of the signal as its reservation tells. */
function signalOf({ createdAtMs, intent }: Reservation, plan: OrderPlan): TradingSignal {
  const { symbol, direction, quantity, limitPrice, timeInForce, goodForSeconds } = plan;
  return {
    symbol,
    direction,
    strategy: UNKNOWN_STRATEGY,
    timestampMs: createdAtMs,
    intent,
    amount: quantity,
    ...(limitPrice === undefined ? {} : { limitPrice }),
    ...(timeInForce === undefined ? {} : { timeInForce }),
    ...(goodForSeconds === undefined ? {} : { goodForSeconds }),
  };
}
