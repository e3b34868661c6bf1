import { asMarkdown } from '../markdown';
import type { PositionBook } from './book';
import { exitReasonOf, exitUnderWay } from './exit-under-way';
import { closesAtMs, expectsStop, isLeftOpen } from './standing';
import { stopInForce } from './trailing';
import type { PositionRow } from './types';

/** Where a position stands. */
export type PositionStage = 'OPENING' | 'PROTECTED' | 'UNPROTECTED' | 'OPEN' | 'EXITING' | 'FLAT' | 'BOOKED';

/**
 * OPENING: an entry filled, and the venue has not shown it. OPEN: it has no stop and is to have none. EXITING: an exit of ours is
 * under way, or the next one is.
 */
export function stageOf(book: PositionBook): PositionStage {
  const { isBooked, flat, row, round, exit, told } = book;
  if (isBooked) return 'BOOKED';
  if (flat !== undefined) return 'FLAT';
  if (row === undefined) return 'OPENING';
  const isHeldBack = round === undefined && told.includes('halted');
  if (round !== undefined || (exit !== undefined && !isHeldBack)) return 'EXITING';
  if (row.stopLoss !== undefined) return 'PROTECTED';
  if (!isLeftOpen(book)) return 'UNPROTECTED';
  return row.trailingDistance === undefined ? 'OPEN' : 'PROTECTED';
}

/** All that is shown of a position, but for the venue's name. */
export function viewOf(book: PositionBook) {
  const { terms, episode, row, flat, asOfMs, openers, marks, rounds, round, exit, timeline, trade } = book;
  return {
    symbol: terms.symbol,
    state: stageOf(book),
    stateReason: flat === undefined ? exitReasonOf(book) : undefined,
    side: episode?.side,
    row: flat === undefined ? row : undefined,
    reportedAtMs: asOfMs === 0 ? undefined : asOfMs,
    stop: flat === undefined ? stopInForce(book) : undefined,
    stopSource: row?.stopLoss === undefined ? undefined : book.stopSource,
    unprotectedSinceMs: book.unprotectedSinceMs,
    openers,
    marks,
    exitRounds: rounds,
    exitUnderWay: flat === undefined ? exitUnderWay(book) : undefined,
    // A signal that closed it is its last exit, too.
    exitFingerprint: trade?.closedBy ?? round?.fingerprint ?? book.lastFingerprint,
    exitReason: trade?.closedBy === undefined ? (exit?.reason ?? round?.reason ?? book.lastReason) : trade.reason,
    closesAtMs: flat === undefined ? closesAtMs(book) : undefined,
    timeline,
    trade,
  };
}

/** One line: `LONG BTCUSDT 0.5 @ 61200 · stop 59950`. */
export function summaryOf(book: PositionBook): string {
  const { terms, row, flat, episode, trade } = book;
  if (trade !== undefined) return `${trade.side} ${terms.symbol} closed · ${trade.reason} · net ${trade.net}`;
  if (flat !== undefined) return `${episode?.side ?? ''} ${terms.symbol} closed`.trim();
  if (row === undefined) return `${terms.symbol} opening`;
  return [`${row.side} ${terms.symbol} ${row.size} @ ${row.entryPrice}`, ...guardWords(row)].join(' · ');
}

/** For people, in Markdown. */
export function detailsOf(book: PositionBook, nowMs: number): string {
  const { row, exit, round, unprotectedSinceMs, marks, timeline } = book;
  const lines = [`**${summaryOf(book)}** · ${stageOf(book)}`];
  if (row !== undefined) lines.push(`Mark price ${row.markPrice}, value ${row.value}.`);
  if (exit !== undefined) lines.push(`To be closed (${exit.reason}): ${asMarkdown(exit.words)}.`);
  if (round !== undefined) lines.push(exitReasonOf(book) ?? '');
  if (unprotectedSinceMs !== undefined && expectsStop(book, nowMs)) {
    lines.push(`Without a stop since ${new Date(unprotectedSinceMs).toISOString()}.`);
  }
  if (marks.length > 0) lines.push(`Marks: ${marks.join(', ')}.`);
  const latest = timeline
    .slice(-DETAIL_EVENTS)
    .map(({ atMs, text }) => `- ${new Date(atMs).toISOString()} ${asMarkdown(text)}`);
  return [lines.join('\n\n'), latest.join('\n')].join('\n\n');
}

/** Lines of the timeline in the details. */
const DETAIL_EVENTS = 10;

function guardWords({ stopLoss, takeProfit, trailingDistance }: PositionRow): readonly string[] {
  return [
    stopLoss === undefined ? 'no stop' : `stop ${stopLoss}`,
    ...(takeProfit === undefined ? [] : [`target ${takeProfit}`]),
    ...(trailingDistance === undefined ? [] : [`trailing ${trailingDistance}`]),
  ];
}
