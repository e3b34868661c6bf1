import { type Client, QueryNotRegisteredError, WorkflowNotFoundError } from '@temporalio/client';
import type { Config } from '../config/schema';
import { tradingVenueOf } from '../config/trading-environment';
import { venueAccountWorkflowId } from '../messages/ids';
import { riskQuery, type RiskRuleView, type RiskView } from '../messages/venue-account';
import { CHECK_TIMEOUT_MS, type PartHealth } from './part-health';

/** Bounds of loss: what they deny lasts, and is worth a message. */
const LOSS_BOUNDS: readonly RiskRuleView['code'][] = ['DAILY_LOSS_LIMIT', 'DRAWDOWN_LIMIT', 'LOSS_STREAK'];

/** Symbols whose position nobody here opened. */
export function foreignSymbols({ rules }: Pick<RiskView, 'rules'>): readonly string[] {
  return rules.flatMap(({ code, of, isBlocking }) =>
    code === 'POSITION_FOREIGN' && isBlocking && of !== undefined ? [of] : [],
  );
}

/** Bounds of loss of the whole account that are reached. */
export function reachedBounds({ rules }: Pick<RiskView, 'rules'>): readonly RiskRuleView[] {
  return rules.filter(({ code, of, isBlocking }) => isBlocking && of === undefined && LOSS_BOUNDS.includes(code));
}

/** `DAILY_LOSS_LIMIT is reached (3.1 % of 3 %), until 2026-01-06 00:00Z`. */
export function describeBound({ code, value, limit, blockedUntilMs }: RiskRuleView): string {
  const until =
    blockedUntilMs === undefined
      ? 'until a person resumes trading'
      : `until ${new Date(blockedUntilMs).toISOString().slice(0, 16).replace('T', ' ')}Z`;
  return `${code} is reached (${value ?? 'unknown'} of ${limit ?? 'unknown'}), ${until}`;
}

/** `2026-01-06 00:00:30Z` */
function instantWords(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/**
 * What is open, and whether it is guarded, as the venue's account knows it.
 *
 * @returns undefined where the account does not answer: its own part says so
 */
export async function positionsHealth(client: Client, config: Config): Promise<PartHealth | undefined> {
  const name = 'positions';
  try {
    const handle = client.workflow.getHandle(venueAccountWorkflowId(tradingVenueOf(config)));
    const risk = await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () => handle.query(riskQuery));
    return { name, ...describePositions(risk), risk };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { name, status: 'starting', text: 'not started yet' };
    // An engine of an older release watches none.
    if (error instanceof QueryNotRegisteredError) return { name, status: 'healthy', text: 'not watched' };
    return undefined;
  }
}

/** @returns problems, a sentence each; empty: every position is ours and has a stop, and no bound of loss is reached */
export function describePositions(risk: RiskView): Pick<PartHealth, 'status' | 'text' | 'problems'> {
  const { positions, unprotected } = risk;
  const problems = [
    ...(risk.isOutdated
      ? [`The positions were last reported ${instantWords(risk.positionsAsOfMs)}, so entries wait`]
      : []),
    ...unprotected.map((symbol) => `The position of ${symbol} has no stop`),
    ...foreignSymbols(risk).map((symbol) => `The position of ${symbol} was opened by nobody here`),
    ...reachedBounds(risk).map((bound) => `No entry is taken: ${describeBound(bound)}`),
  ];
  const what = positions.length === 1 ? '1 open' : `${positions.length} open`;
  return { status: problems.length === 0 ? 'healthy' : 'degraded', text: [what, ...problems].join('. '), problems };
}
