import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import type { Reservation } from '../domain/ledger/types';
import type { OrderPlan } from '../domain/market';
import type { TradingSignal } from '../domain/signal';
import { orphanWorkflowId, SIGNALS_TASK_QUEUE } from '../messages/ids';
import { ORPHAN_WORKFLOW_TYPE, type SignalWorkflowInput } from '../messages/signal';
import type { TermsOf } from '../messages/trade';

/** Questions to the server at once. */
const QUESTIONS_MAX = 10;
/** The strategy of signals whose own workflow is gone: nobody remembers theirs. */
const UNKNOWN_STRATEGY = 'unknown (its workflow was ended)';

/** Finds signals whose workflow somebody ended, and has what they reserved looked after. */
export class OrphanKeeper {
  constructor(
    private readonly client: Client,
    private readonly termsOf: TermsOf,
  ) {}

  /** @returns those of these signals whose workflow does not run (any more) */
  async findEnded(fingerprints: readonly string[]): Promise<readonly string[]> {
    const ended: string[] = [];
    const queue = [...fingerprints];
    const askNext = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        const status = await this.statusOf(id);
        if (status !== 'RUNNING' && status !== 'PAUSED') ended.push(id);
      }
    };
    await Promise.all(Array.from({ length: QUESTIONS_MAX }, askNext));
    return ended;
  }

  /**
   * Starts a workflow that finds out what became of the order, and ends the reservation. Safe to repeat.
   *
   * @returns whether none was under way yet
   */
  async lookAfter(venue: string, reservation: Reservation): Promise<boolean> {
    const plan = reservation.metadata as unknown as OrderPlan;
    const signal = signalOf(reservation, plan);
    const input: SignalWorkflowInput = {
      fingerprint: reservation.id,
      clientOrderId: plan.clientOrderId,
      venue,
      signal,
      terms: this.termsOf(signal),
      orphan: { plan },
    };
    try {
      await this.client.workflow.start(ORPHAN_WORKFLOW_TYPE, {
        workflowId: orphanWorkflowId(reservation.id),
        workflowIdConflictPolicy: 'FAIL',
        taskQueue: SIGNALS_TASK_QUEUE,
        args: [input],
        staticSummary: `the order of ${reservation.id}, whose workflow was ended`,
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  private async statusOf(workflowId: string): Promise<WorkflowExecutionStatusName | undefined> {
    try {
      return (await this.client.workflow.getHandle(workflowId).describe()).status.name;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }
}

/** As much of the signal as its reservation tells. */
function signalOf({ createdAtMs, intent }: Reservation, plan: OrderPlan): TradingSignal {
  const { symbol, direction, quantity, limitPrice } = plan;
  return {
    symbol,
    direction,
    strategy: UNKNOWN_STRATEGY,
    timestampMs: createdAtMs,
    intent,
    amount: quantity,
    ...(limitPrice === undefined ? {} : { limitPrice }),
  };
}
