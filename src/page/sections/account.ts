import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../../config/schema';
import { tradingVenueOf } from '../../config/trading-environment';
import type { RateUsage, WindowUsage } from '../../domain/limiter/types';
import { callServer } from '../../intake/server-call';
import { venueAccountWorkflowId } from '../../messages/ids';
import {
  accountHealthQuery,
  balancesQuery,
  usageQuery,
  type AccountHealth,
  type BalancesReply,
} from '../../messages/venue-account';
import type { PageBalance, PageValues, PageWindow } from '../feed';
import { isoTime } from '../iso-time';
import { SectionProblem } from '../section-problem';

const ASK_TIMEOUT_MS = 3_000;
const NOBODY_ANSWERS = 'The Temporal server does not answer, or no trading engine does.';

/** One answer of the venue's account, for all sections that show a part of it. */
export interface AccountReading {
  readonly balances: BalancesReply;
  readonly usage: RateUsage;
  readonly health: AccountHealth;
}

/**
 * Asks the venue's account. Queries are answered by the engine between the account's steps, so there are as few as can be.
 *
 * @throws SectionProblem, IntakeUnavailableError
 */
export async function readAccount(client: Client, config: Config): Promise<AccountReading> {
  const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
  const call = { unanswered: NOBODY_ANSWERS, timeoutMs: ASK_TIMEOUT_MS };
  try {
    const [{ status }, balances, usage, health] = await callServer(client, call, () =>
      Promise.all([
        handle.describe(),
        handle.query(balancesQuery),
        handle.query(usageQuery),
        // Asked together with the rest: a reason that was heard before may be that of another halt.
        handle.query(accountHealthQuery),
      ]),
    );
    // An ended workflow still answers queries, as of its end.
    if (status.name === 'RUNNING') return { balances, usage, health };
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  throw new SectionProblem(`No account of ${config.venue} runs: an engine starts it.`);
}

/** What was said when trading was last stopped or resumed. */
export function tradingSection({ balances, health }: AccountReading): PageValues['trading'] {
  const state = balances.tradingState;
  // It changed between two answers.
  if (health.tradingState !== state) return { state };
  return { state, reason: health.tradingStateReason, since: isoTime(health.tradingStateSetAtMs) };
}

/** @param settleAsset shown first, and where it is zero, too */
export function balancesSection(
  { balances }: Pick<AccountReading, 'balances'>,
  settleAsset: string | undefined,
): PageValues['balances'] {
  // Before the venue's first report every figure is unknown.
  if (balances.asOfMs === 0) return [];
  const isShown = (asset: string, { total, reserved }: BalancesReply['assets'][string]): boolean =>
    asset === settleAsset || Number(total) !== 0 || Number(reserved) !== 0;
  const rows = Object.entries(balances.assets)
    .filter(([asset, account]) => isShown(asset, account))
    .map(([asset, { total, free, reserved }]): PageBalance => ({
      asset,
      total,
      free,
      reserved,
      read_at: isoTime(balances.asOfMs),
    }));
  return rows.toSorted((one, other) => rankOf(one, settleAsset) - rankOf(other, settleAsset));
}

function rankOf({ asset }: PageBalance, settleAsset: string | undefined): number {
  return asset === settleAsset ? 0 : 1;
}

/** @param nowMs milliseconds UTC */
export function limitsSection({ usage, health }: AccountReading, nowMs: number): PageValues['limits'] {
  const windows = [['all', usage.global] as const, ...Object.entries(usage.endpoints)];
  const shown = { windows: windows.map(([scope, window]) => windowOf(scope, window)) };
  if (usage.blockedUntilMs <= nowMs) return shown;
  return {
    ...shown,
    ban: { until: new Date(usage.blockedUntilMs).toISOString(), reason: reasonOf(health.blockedBy) },
  };
}

function windowOf(scope: string, { windowMs, used, limit }: WindowUsage): PageWindow {
  return { scope, interval_ms: windowMs, used, limit };
}

function reasonOf(kind: AccountHealth['blockedBy']): string | undefined {
  if (kind === undefined) return undefined;
  return kind === 'banned' ? 'The venue has banned us.' : 'The venue has told us that we ask too often.';
}
