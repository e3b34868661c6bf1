import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../config/schema';
import { tradingVenueOf } from '../config/trading-environment';
import { parseDecimal } from '../domain/decimal';
import { fingerprintOfWorkflow, ML_MANAGER_WORKFLOW_ID, venueAccountWorkflowId } from '../messages/ids';
import { mlStateQuery } from '../messages/ml-manager';
import { TRADE_OUTCOME } from '../messages/search-attributes';
import { accountHealthQuery, balancesQuery, type AccountHealth } from '../messages/venue-account';
import { describeAccount } from './account-health';
import { describePause } from './pause-words';
import { ACCOUNT_PART, CHECK_TIMEOUT_MS, reason, unansweredText, unhealthy, type PartHealth } from './part-health';

/** The account speaks for itself: what it knows of the venue decides whether anything can be traded. */
export async function accountHealth(client: Client, config: Config): Promise<PartHealth> {
  const name = ACCOUNT_PART;
  const { venue } = config;
  const settleAsset = config.venues[venue]?.settleAsset;
  let asked = 'the Temporal server';
  try {
    const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
    const ask = async (): Promise<{ health: AccountHealth; emptyAsset?: string } | undefined> => {
      // An ended workflow still answers queries, as of its end.
      const { status } = await handle.describe();
      if (status.name !== 'RUNNING') return undefined;
      asked = 'the trading engine';
      const health = await handle.query(accountHealthQuery);
      // An account that holds funds for orders has some: a busy one is not asked twice.
      if (health.pending > 0 || settleAsset === undefined) return { health };
      const { total } = (await handle.query(balancesQuery)).assets[settleAsset] ?? {};
      return { health, ...(parseDecimal(total)?.isZero() === true && { emptyAsset: settleAsset }) };
    };
    const answer = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, ask);
    if (!answer)
      return unhealthy(name, `the account of ${venue} was ended by hand; an engine starts another one, halted`);
    const { health, emptyAsset } = answer;
    return { name, ...describeAccount(venue, health, Date.now(), emptyAsset), account: health };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { name, status: 'starting', text: `${venue}, not started yet` };
    return unhealthy(name, `${venue}: ${unansweredText(asked, error)}`);
  }
}

/**
 * Free funds by asset, decimal strings, as the account knows them.
 *
 * @throws what the server says where it cannot be asked
 */
export async function readFreeFunds(client: Client, config: Config): Promise<Readonly<Record<string, string>>> {
  const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
  const { assets } = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () => handle.query(balancesQuery));
  return Object.fromEntries(Object.entries(assets).map(([asset, { free }]) => [asset, free]));
}

/** The loop of predictions: a tick that failed makes no signals. */
export async function predictionsHealth(client: Client): Promise<PartHealth> {
  const name = 'predictions';
  try {
    const {
      lastError,
      leftOut,
      status,
      pause,
      nextTickMs,
      lastTickMs: tickMs,
    } = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      client.workflow.getHandle(ML_MANAGER_WORKFLOW_ID).query(mlStateQuery),
    );
    // Whoever pauses them misses none.
    const lastTickMs = status === 'running' ? tickMs : undefined;
    if (pause) return { name, status: 'healthy', text: describePause(pause), lastTickMs };
    // A matter of settings, which the start has said: no trouble.
    const text = leftOut === undefined ? status : `${status}; ${leftOut}`;
    if (lastError === undefined) return { name, status: 'healthy', text, lastTickMs };
    const next = `the next is at ${new Date(nextTickMs).toISOString().slice(11, 19)} UTC`;
    return { name, status: 'degraded', text: `${next}; the last one failed: ${lastError}`, lastTickMs };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { name, status: 'starting', text: 'not started yet' };
    return unhealthy(name, unansweredText('the trading engine', error));
  }
}

/** More are counted as more. */
export const SIGNALS_NAMED_MAX = 10;

/** Signals whose order is missing or unknown. The server's list of them may be a second or two late. */
export async function signalsHealth(client: Client): Promise<PartHealth> {
  const name = 'signals';
  const query = `ExecutionStatus = 'Running' AND ${TRADE_OUTCOME.name} IN ('MISSING', 'UNKNOWN')`;
  const find = async (): Promise<NonNullable<PartHealth['waiting']>> => {
    const found: { readonly id: string; readonly startedAtMs: number }[] = [];
    for await (const { workflowId, startTime } of client.workflow.list({ query, pageSize: SIGNALS_NAMED_MAX + 1 })) {
      found.push({ id: fingerprintOfWorkflow(workflowId), startedAtMs: startTime.getTime() });
      if (found.length > SIGNALS_NAMED_MAX) break;
    }
    return found;
  };
  try {
    const waiting = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, find);
    if (waiting.length === 0) return { name, status: 'healthy', text: 'no order is missing or unknown', waiting };
    const ids = waiting.map(({ id }) => id);
    const more = ids.length > SIGNALS_NAMED_MAX ? ' and more' : '';
    const text = `orders are missing or unknown; "oncefill signal show" tells what to do: ${ids.slice(0, SIGNALS_NAMED_MAX).join(', ')}${more}`;
    return { name, status: 'degraded', text, waiting };
  } catch (error) {
    return unhealthy(name, `cannot be listed: ${reason(error)}`);
  }
}
