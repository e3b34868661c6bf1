import { ExactDecimal, formatDecimal, parseDecimal, ZERO } from '../decimal';
import { roundDistance, roundStop } from '../protection/price-steps';
import type { PositionBook } from './book';
import { OPENERS_MAX, type PositionMark, type PositionRow } from './types';

/** A position whose entries nobody here has told after this is somebody else's: entries of ours are booked in between. */
export const FOREIGN_AFTER_MS = 8_000;

/** So much later the venue has to show it again. */
const SECOND_SIGHT_MS = 5_000;

/** Entries of ours opened it, or a part of it. */
export function isOurs({ openers }: PositionBook): boolean {
  return openers.length > 0;
}

/** Nobody here opened it. Undecided at first: neither ours nor foreign. */
export function isForeign(book: PositionBook, nowMs: number): boolean {
  const { episode } = book;
  if (episode === undefined || isOurs(book) || nowMs - episode.seenAtMs < FOREIGN_AFTER_MS) return false;
  return !lacksSecondSight(book);
}

/** When the venue is asked whether it is still there, before it counts as somebody else's; undefined: it need not be. */
export function secondSightAtMs(book: PositionBook): number | undefined {
  const { episode, marks } = book;
  if (episode === undefined || isOurs(book) || marks.includes('foreign') || !lacksSecondSight(book)) return undefined;
  return episode.seenAtMs + FOREIGN_AFTER_MS;
}

/** A burst's position may be closed as soon as it was seen: nothing shows that, as no report has shown it open. */
function lacksSecondSight({ episode, awaitsSecondSight, missing, heardAtMs }: PositionBook): boolean {
  if (awaitsSecondSight !== true || episode === undefined) return false;
  return missing !== undefined || heardAtMs < episode.seenAtMs + SECOND_SIGHT_MS;
}

/** Whether its protection is our business. */
export function isGuarded(book: PositionBook, nowMs: number): boolean {
  return isOurs(book) || (book.terms.foreign === 'protect' && isForeign(book, nowMs));
}

/** The stop that it is to have: the tightest that it had, or the one by rule. @returns undefined: none follows */
export function stopToHave(book: PositionBook): string | undefined {
  if (book.wanted.stopLoss !== undefined) return book.wanted.stopLoss;
  const { row, terms } = book;
  const fraction = parseDecimal(terms.protection.stopLossFraction);
  const entry = parseDecimal(row?.entryPrice);
  if (row === undefined || fraction === undefined || entry === undefined) return undefined;
  const away = entry.times(fraction);
  const price = row.side === 'LONG' ? entry.minus(away) : entry.plus(away);
  return formatDecimal(roundStop(row.side, price, stepLike(row)));
}

/** Whether a position without a stop is one that has lost it. */
export function expectsStop(book: PositionBook, nowMs: number): boolean {
  if (!isGuarded(book, nowMs)) return false;
  if (isOurs(book) && book.terms.protection.required) return true;
  return stopToHave(book) !== undefined || book.wanted.trailingDistance !== undefined;
}

/** Whether it is meant to have no stop: by the settings, or because it is somebody else's. Not before its owner is known. */
export function isLeftOpen(book: PositionBook): boolean {
  return (isOurs(book) || book.marks.includes('foreign')) && !expectsStop(book, Infinity);
}

/** The distance that the stop is to follow at; undefined: it does not follow. */
export function trailingToHave({ openers, row, terms }: PositionBook): string | undefined {
  const told = openers.find(({ trailingDistance }) => trailingDistance !== undefined)?.trailingDistance;
  if (told !== undefined) return told;
  const fraction = parseDecimal(terms.protection.trailingFraction);
  const entry = parseDecimal(row?.entryPrice);
  if (row === undefined || fraction === undefined || entry === undefined) return undefined;
  const distance = roundDistance(entry.times(fraction), stepLike(row));
  return distance.isZero() ? undefined : formatDecimal(distance);
}

/** When it is closed by its time, milliseconds UTC; undefined: never. */
export function closesAtMs({ episode, openers, terms }: PositionBook): number | undefined {
  if (episode === undefined || openers.length === 0) return undefined;
  const told = openers.find(({ maxHoldingSeconds }) => maxHoldingSeconds !== undefined)?.maxHoldingSeconds;
  const minutes = terms.protection.maxHoldingMinutes;
  const seconds = told ?? (minutes === null ? undefined : minutes * 60);
  return seconds === undefined ? undefined : episode.openedAtMs + seconds * 1_000;
}

/** Whether it is larger than what entries of ours filled, as far as they are known by name. */
export function hasExcess({ episode, openers }: PositionBook): boolean {
  if (episode === undefined || openers.length === 0 || openers.length >= OPENERS_MAX) return false;
  const ours = openers.reduce((sum, { quantity }) => sum.plus(parseDecimal(quantity) ?? ZERO), ZERO);
  return new ExactDecimal(episode.sizeMax).greaterThan(ours);
}

export function withMark(marks: readonly PositionMark[], mark: PositionMark): readonly PositionMark[] {
  return marks.includes(mark) ? marks : [...marks, mark];
}

/**
 * A price step that the venue's own prices are on: the symbol's, or a part of it. Whoever sends a price rounds it to the
 * symbol's own.
 */
export function stepLike({ markPrice, stopLoss }: PositionRow): InstanceType<typeof ExactDecimal> {
  const decimals = Math.max(...[markPrice, stopLoss ?? '0'].map((price) => price.split('.')[1]?.length ?? 0));
  return new ExactDecimal(10).pow(-decimals);
}
