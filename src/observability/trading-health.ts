import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../config/schema';
import { ML_MANAGER_WORKFLOW_ID, venueAccountWorkflowId } from '../messages/ids';
import { mlStateQuery } from '../messages/ml-manager';
import { TRADE_OUTCOME } from '../messages/search-attributes';
import { accountHealthQuery } from '../messages/venue-account';
import { describeAccount } from './account-health';
import { CHECK_TIMEOUT_MS, reason, unhealthy, type PartHealth } from './part-health';

export const ACCOUNT_PART = 'venue_account';

/** The account speaks for itself: what it knows of the venue decides whether anything can be traded. */
export async function accountHealth(client: Client, config: Config): Promise<PartHealth> {
  const name = ACCOUNT_PART;
  const { venue } = config;
  try {
    const health = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      client.workflow.getHandle(venueAccountWorkflowId(venue)).query(accountHealthQuery),
    );
    return { name, ...describeAccount(venue, health, Date.now()) };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { name, status: 'starting', text: `${venue}, not started yet` };
    return unhealthy(name, `${venue} does not answer: ${reason(error)}`);
  }
}

/** The loop of predictions: a tick that failed makes no signals. */
export async function predictionsHealth(client: Client): Promise<PartHealth> {
  const name = 'predictions';
  try {
    const { lastError, status } = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID).query(mlStateQuery),
    );
    if (lastError === undefined) return { name, status: 'healthy', text: status };
    return { name, status: 'degraded', text: `the last one failed: ${lastError}` };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { name, status: 'starting', text: 'not started yet' };
    return unhealthy(name, `cannot be asked: ${reason(error)}`);
  }
}

/** Signals that only a person can end. The server's list of them may be a moment late. */
export async function signalsHealth(client: Client): Promise<PartHealth> {
  const name = 'signals';
  try {
    const { count } = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      client.workflow.count(`ExecutionStatus = 'Running' AND ${TRADE_OUTCOME.name} IN ('MISSING', 'UNKNOWN')`),
    );
    if (count === 0) return { name, status: 'healthy', text: 'no order is missing or unknown' };
    const text = `the orders of ${count} signals are missing or unknown: find them with "oncefill signal list --minutes 10080"`;
    return { name, status: 'degraded', text };
  } catch (error) {
    return unhealthy(name, `cannot be counted: ${reason(error)}`);
  }
}
