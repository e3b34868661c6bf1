import type { Client } from '@temporalio/client';
import { TRADE_STRATEGY, TRADE_VENUE } from '../messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE } from '../messages/signal';

/** A count is a help and no part of the order's way: it must not hold up a signal. */
const COUNT_TIMEOUT_MS = 1_000;

/**
 * How far the server's index of signals may be behind them: our own server writes it once a second
 * (temporal-config/dynamic-config.embedded.yaml), and a burst takes it a moment more.
 */
export const LISTED_LATE_MAX_MS = 2_000;

export interface SignalFilter {
  readonly venue?: string;
  readonly strategy?: string;
  readonly isRunning?: true;
  /** Milliseconds UTC. */
  readonly startedAfterMs?: number;
}

/** The server's queries have no spelling for these that it reads back as it was written. */
const UNQUOTABLE = /['"\\]/;

/**
 * @returns how many signals the server has, by its index, which may be LISTED_LATE_MAX_MS late; undefined: it does not tell, or the
 *   strategy's name fits into no question
 */
export async function countSignals(client: Client, filter: SignalFilter): Promise<number | undefined> {
  const { venue, strategy, isRunning, startedAfterMs } = filter;
  if (strategy !== undefined && UNQUOTABLE.test(strategy)) return undefined;
  const clauses = [
    `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}'`,
    ...(isRunning ? [`ExecutionStatus = 'Running'`] : [`ExecutionStatus != 'ContinuedAsNew'`]),
    ...(venue === undefined ? [] : [`${TRADE_VENUE.name} = '${venue}'`]),
    ...(strategy === undefined ? [] : [`${TRADE_STRATEGY.name} = '${strategy}'`]),
    ...(startedAfterMs === undefined ? [] : [`StartTime >= '${new Date(startedAfterMs).toISOString()}'`]),
  ];
  const ask = () => client.workflow.count(clauses.join(' AND '));
  try {
    return (await client.withDeadline(Date.now() + COUNT_TIMEOUT_MS, ask)).count;
  } catch {
    return undefined;
  }
}
