import type { Client } from '@temporalio/client';
import { TRADE_STRATEGY, TRADE_VENUE } from '../messages/search-attributes';
import { SIGNAL_WORKFLOW_TYPE } from '../messages/signal';

/** A count is a help and no part of the order's way: it must not hold up a signal. */
const COUNT_TIMEOUT_MS = 1_000;

export interface SignalFilter {
  readonly venue?: string;
  readonly strategy?: string;
  readonly isRunning?: true;
  /** Milliseconds UTC. */
  readonly startedAfterMs?: number;
}

/** @returns how many signals the server has, by its index, which may be a moment late; undefined: it does not tell */
export async function countSignals(client: Client, filter: SignalFilter): Promise<number | undefined> {
  const { venue, strategy, isRunning, startedAfterMs } = filter;
  const clauses = [
    `WorkflowType = ${quoted(SIGNAL_WORKFLOW_TYPE)}`,
    ...(isRunning ? [`ExecutionStatus = 'Running'`] : [`ExecutionStatus != 'ContinuedAsNew'`]),
    ...(venue === undefined ? [] : [`${TRADE_VENUE.name} = ${quoted(venue)}`]),
    ...(strategy === undefined ? [] : [`${TRADE_STRATEGY.name} = ${quoted(strategy)}`]),
    ...(startedAfterMs === undefined ? [] : [`StartTime >= ${quoted(new Date(startedAfterMs).toISOString())}`]),
  ];
  const ask = () => client.workflow.count(clauses.join(' AND '));
  try {
    return (await client.withDeadline(Date.now() + COUNT_TIMEOUT_MS, ask)).count;
  } catch {
    return undefined;
  }
}

/** A text in a query of the server. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
