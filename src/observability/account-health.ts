import { emptyAccountWords } from '../domain/empty-account';
import type { AccountHealth } from '../messages/venue-account';

/** A penalty of a moment is how a limiter works; longer ones are worth a word. */
const BLOCK_SHOWN_MIN_MS = 5_000;

/** How a venue's account is, for people. */
export interface AccountReport {
  readonly status: 'healthy' | 'degraded' | 'starting';
  /** One line: what it does, then what is wrong. */
  readonly text: string;
  /** What is wrong, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * @param nowMs milliseconds UTC, to name instants by
 * @param emptyAsset the settle asset, where the venue reports that the account holds none of it
 */
export function describeAccount(
  venue: string,
  health: AccountHealth,
  nowMs: number,
  emptyAsset?: string,
): AccountReport {
  const problems = [
    tradingProblem(venue, health),
    balancesProblem(venue, health),
    emptyAsset === undefined ? undefined : `Entries on ${venue} are denied: ${emptyAccountWords(emptyAsset)}`,
    blockProblem(venue, health, nowMs),
    overdueProblem(health),
    stuckProblem(health),
  ]
    .filter((problem) => problem !== undefined)
    // They are joined with others, and causes end with a point of their own.
    .map((problem) => problem.replace(/\.$/, ''));
  const age =
    health.balancesAgeMs === undefined
      ? 'no balances yet'
      : `balances ${inWords(Math.max(0, health.balancesAgeMs))} old`;
  const text = [`${venue}, trading ${health.tradingState}, ${age}, ${health.pending} pending`, ...problems].join('. ');
  const isStarting = health.balancesAgeMs === undefined && health.balancesProblem === undefined;
  const status = problems.length > 0 ? 'degraded' : isStarting ? 'starting' : 'healthy';
  return { status, text, problems };
}

/**
 * What is stopped, since when and why.
 *
 * @returns undefined: trading is active
 */
export function tradingProblem(
  venue: string,
  { tradingState, tradingStateReason, tradingStateSetAtMs }: AccountHealth,
): string | undefined {
  if (tradingState === 'active') return undefined;
  const since = tradingStateSetAtMs === undefined ? '' : ` since ${toSeconds(tradingStateSetAtMs)}`;
  const what = tradingState === 'halted' ? `halted${since}: nothing is sent` : `reduced to exits${since}`;
  const why = tradingStateReason ? ` (${tradingStateReason})` : '';
  return `Trading on ${venue} is ${what}${why}`;
}

/** An instant, milliseconds UTC, as people read it. */
function toSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

function balancesProblem(venue: string, health: AccountHealth): string | undefined {
  const { balancesAgeMs, balancesAgeMaxMs, balancesProblem } = health;
  const cause = balancesProblem === undefined ? '' : `: ${balancesProblem}`;
  if (balancesAgeMs === undefined) return cause === '' ? undefined : `The balances of ${venue} were never read${cause}`;
  if (Math.abs(balancesAgeMs) <= balancesAgeMaxMs) return undefined;
  if (balancesAgeMs < 0)
    return `The clock was set back since the balances of ${venue} were read, so entries wait${cause}`;
  return `The balances of ${venue} are ${inWords(balancesAgeMs)} old, so entries wait${cause}`;
}

function blockProblem(venue: string, { blockedForMs, blockedBy }: AccountHealth, nowMs: number): string | undefined {
  if (blockedForMs < BLOCK_SHOWN_MIN_MS) return undefined;
  const until = toSeconds(nowMs + blockedForMs);
  const kind = blockedBy === undefined ? '' : ` (${blockedBy === 'banned' ? 'a ban' : 'too many requests'})`;
  return `${venue} refuses requests until ${until}${kind}: nothing is sent or looked up`;
}

function overdueProblem({ overdue }: AccountHealth): string | undefined {
  const [oldest] = overdue;
  if (!oldest) return undefined;
  const others = overdue.length > 1 ? `, and so do ${overdue.length - 1} more` : '';
  return `The signal ${oldest.id} (${oldest.purpose}) has held funds for ${inWords(oldest.ageMs)}, longer than it should${others}; "oncefill signal show ${oldest.id}" tells why`;
}

function stuckProblem({ stuck = [] }: AccountHealth): string | undefined {
  if (stuck.length === 0) return undefined;
  return `Signals that hold funds cannot go on: ${stuck.join(', ')}; "oncefill signal show" tells why, and the log trading_engine_YYYYMMDD.log more`;
}

/** `12 s`, `5 min`, `60 h`. */
export function inWords(spanMs: number): string {
  const seconds = Math.round(spanMs / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
