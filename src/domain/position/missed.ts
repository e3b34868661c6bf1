import { isOurs } from './attribution';
import { closedTradeOf, type ClosingEvidence } from './booking';
import { episodeAt, episodesOf, type Episode } from './episode';
import { isRowOf, type FormerEpisode } from './former';
import type { ClosedTrade } from './types';

/*
 * Positions of ours that no report showed: opened and closed between two of them. The venue's executions tell of them, so that
 * whoever books one position books those beside it, too. Then everything of ours that was closed before a booked position is booked,
 * and the position that was booked last says where to begin.
 */

/** How far back executions are read for them at most, milliseconds. */
export const LOOK_BACK_MAX_MS = 3_600_000;
/** The same where nothing was booked before. */
const LOOK_BACK_FIRST_MS = 600_000;
/** Instants of the venue differ by moments. */
const BEFORE_OPENING_MS = 2_000;
/** Of one booking; of more, the newest. */
export const MISSED_MAX = 20;

/** Where executions are to begin, milliseconds UTC, so that nothing of ours is missed before a position. */
export function executionsSinceMs(openedAtMs: number, former: FormerEpisode | undefined): number {
  const earliestMs = openedAtMs - (former === undefined ? LOOK_BACK_FIRST_MS : LOOK_BACK_MAX_MS);
  const fromMs = former === undefined ? earliestMs : startOf(former, earliestMs);
  return Math.min(fromMs, openedAtMs) - BEFORE_OPENING_MS;
}

/** With the former position itself, where it is near: only the order of executions tells what came after it for certain. */
function startOf({ openedAtMs, closedAtMs }: FormerEpisode, earliestMs: number): number {
  return openedAtMs >= earliestMs ? openedAtMs : Math.max(closedAtMs, earliestMs);
}

/**
 * The trades of positions that orders of ours opened and that are closed, beside the one that is booked and later than the former
 * one: the oldest first, at most MISSED_MAX.
 *
 * @param former booked before; absent: nothing was
 */
export function missedTrades(evidence: ClosingEvidence, former: FormerEpisode | undefined): readonly ClosedTrade[] {
  const { symbol, side, openedAtMs, executions } = evidence;
  const episodes = episodesOf(symbol, executions);
  const own = episodeAt(episodes, side, openedAtMs);
  const isMissed = (episode: Episode): boolean =>
    episode !== own && episode.closedAtMs !== undefined && isOpenedByUs(episode);
  return after(episodes, former)
    .filter(isMissed)
    .slice(-MISSED_MAX)
    .flatMap((episode) => closedTradeOf({ ...evidence, ...unseen(episode) }) ?? []);
}

/** Whether the executions show a position open. */
export function isShownOpen({ symbol, side, openedAtMs, executions }: ClosingEvidence): boolean {
  const episode = episodeAt(episodesOf(symbol, executions), side, openedAtMs);
  return episode !== undefined && episode.closedAtMs === undefined;
}

function after(episodes: readonly Episode[], former: FormerEpisode | undefined): readonly Episode[] {
  if (former === undefined) return episodes;
  const known = episodeAt(episodes, former.side, former.openedAtMs);
  const later = known === undefined ? episodes.filter(begins(former)) : episodes.slice(episodes.indexOf(known) + 1);
  return later.filter((episode) => !isRowOf(former, episode, episode.openedAtMs));
}

/** What is shown of the former one alone may be its last part. */
function begins({ closedAtMs }: FormerEpisode): (episode: Episode) => boolean {
  return ({ openedAtMs }) => openedAtMs >= closedAtMs;
}

function isOpenedByUs({ legs }: Episode): boolean {
  return legs.some(({ role, execution }) => role === 'opens' && execution.kind === 'trade' && isOurs(execution));
}

/** Nobody looked after it. */
function unseen({ side, openedAtMs }: Episode) {
  return { side, openedAtMs, exitRounds: 0, unprotectedMs: 0, marks: [] };
}
