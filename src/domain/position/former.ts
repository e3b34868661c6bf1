import { isRecord } from '../plain-values';
import type { ReportFacts } from './book';
import type { ClosedTrade, PositionRow, PositionSide } from './types';

/*
 * Reports may speak of an episode for a while that is over, and its entries are told once more. Each of these guards knows what the
 * others cannot:
 *
 * - the account (src/domain/risk/past.ts) tells nothing of what it has heard to be booked, and counts no fill of it. What it told
 *   before it heard that is still on its way.
 * - whoever tells a report (src/trading/position-client.ts) starts no run for what the last run has booked: by newsBeside. What
 *   was told while that run was open has started the next one already.
 * - the position's rules (take-report.ts) go by the episode that their run was begun after, or booked: by newsBeside and isRowOf.
 *   It alone is there whatever is late.
 *
 * Which entries opened the present episode is another question, of instants alone: openersSince in take-report.ts.
 */

/** The episode that was booked last: what later reports may still speak of, though it is over. */
export interface FormerEpisode {
  readonly side: PositionSide;
  /** On the venue's clock, milliseconds UTC. */
  readonly openedAtMs: number;
  readonly closedAtMs: number;
  /** Whether the venue's books show it opened and closed: then no row of it can be true any more. */
  readonly isProven: boolean;
  /** Fingerprints of the signals that opened it and closed it, as far as they are known. */
  readonly signals: readonly string[];
}

/** Signals that are kept by name of positions that were booked at once. */
const SIGNALS_MAX = 20;

type Told = Pick<ReportFacts, 'asOfMs' | 'row' | 'openers'>;

/** The venue's instant of an opening may be so far from that of its first fill. */
const OPENED_APART_MAX_MS = 1_000;
/** The venue's list may lag for so long; later, a row of an episode that is not proven to be over is believed. */
const ROW_LAG_MAX_MS = 60_000;

/** @param value any value: what lies in a memo @returns undefined: no trade that can be told from others */
export function readTrade(value: unknown): ClosedTrade | undefined {
  if (!isRecord(value) || !Array.isArray(value['openedBy'])) return undefined;
  const trade = value as unknown as ClosedTrade;
  return readFormer(formerOf(trade)) && trade;
}

export function formerOf({ side, openedAtMs, closedAtMs, isProven, openedBy, closedBy }: ClosedTrade): FormerEpisode {
  return { side, openedAtMs, closedAtMs, isProven, signals: closedBy ? [...openedBy, closedBy] : openedBy };
}

/**
 * What later reports may still speak of after several positions were booked at once: the newest, with the signals of all.
 *
 * @returns undefined: there are none
 */
export function formerOfAll(trades: readonly ClosedTrade[]): FormerEpisode | undefined {
  const newest = trades.toSorted((one, other) => other.openedAtMs - one.openedAtMs)[0];
  if (newest === undefined) return undefined;
  const former = formerOf(newest);
  const others = trades.filter((trade) => trade !== newest).flatMap((trade) => formerOf(trade).signals);
  return { ...former, signals: [...new Set([...former.signals, ...others])].slice(0, SIGNALS_MAX) };
}

/** @param value any value @returns undefined: it tells of none */
export function readFormer(value: unknown): FormerEpisode | undefined {
  if (!isRecord(value)) return undefined;
  const { side, openedAtMs, closedAtMs, isProven, signals } = value;
  const isOne =
    (side === 'LONG' || side === 'SHORT') &&
    [openedAtMs, closedAtMs].every(Number.isSafeInteger) &&
    typeof isProven === 'boolean' &&
    Array.isArray(signals) &&
    signals.every((signal) => typeof signal === 'string');
  return isOne ? (value as unknown as FormerEpisode) : undefined;
}

/** Whether a row tells of the former episode, and not of one after it. @param asOfMs of the report, on the venue's clock */
export function isRowOf(
  former: FormerEpisode | undefined,
  { side, openedAtMs }: Pick<PositionRow, 'side' | 'openedAtMs'>,
  asOfMs: number,
): boolean {
  if (former === undefined) return false;
  if (!former.isProven && asOfMs - former.closedAtMs > ROW_LAG_MAX_MS) return false;
  if (openedAtMs <= former.openedAtMs) return true;
  const isNear = openedAtMs - former.openedAtMs <= OPENED_APART_MAX_MS && openedAtMs < former.closedAtMs;
  return isNear && side === former.side;
}

/** The former episode without signals of entries that filled after its end: what is left of an order may open the next one. */
export function formerBeside(former: FormerEpisode, openers: Told['openers']): FormerEpisode {
  const later = openers.filter(({ filledAtMs = 0 }) => filledAtMs > former.closedAtMs + OPENED_APART_MAX_MS);
  return { ...former, signals: former.signals.filter((one) => later.every(({ fingerprint }) => fingerprint !== one)) };
}

/**
 * What a report tells beside the former episode. Entries are left out only where no newer position is there: an order that
 * opened or closed the former one may open the next with what is left of it.
 *
 * @returns undefined: nothing
 */
export function newsBeside<Report extends Told>(former: FormerEpisode | undefined, report: Report): Report | undefined {
  const { row, openers, asOfMs } = report;
  if (row !== null) return isRowOf(former, row, asOfMs) ? undefined : report;
  const others = openers.filter(({ fingerprint }) => former?.signals.includes(fingerprint) !== true);
  return others.length === 0 ? undefined : { ...report, openers: others };
}
