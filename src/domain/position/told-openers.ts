import { parseDecimal } from '../decimal';
import { isRecord, jsonBytes } from '../plain-values';
import type { PositionOpener } from './types';

/** Entries that one report of a position names: more are told to nobody, however many are pending. */
export const TOLD_OPENERS_MAX = 10;
/** As JSON, of all of them: a report is refused as a whole where it is too long. */
export const TOLD_OPENERS_BYTES_MAX = 4_000;

/**
 * The entries that a report names: the first ones that fit. One that whoever is told would refuse hides only itself, and not
 * the position.
 */
export function toldOpeners<Opener extends PositionOpener>(openers: readonly Opener[]): readonly Opener[] {
  const told: Opener[] = [];
  let bytes = 0;
  for (const opener of openers) {
    if (told.length >= TOLD_OPENERS_MAX) break;
    if (!isOpener(opener)) continue;
    bytes += jsonBytes(opener);
    if (bytes > TOLD_OPENERS_BYTES_MAX) break;
    told.push(opener);
  }
  return told;
}

/** @param opener any value */
export function isOpener(opener: unknown): boolean {
  if (!isRecord(opener)) return false;
  const { maxHoldingSeconds, trailingDistance, quantity, fingerprint, filledAtMs } = opener;
  const isTime = [maxHoldingSeconds, filledAtMs].every((time) => time === undefined || Number.isFinite(time));
  const isDistance = trailingDistance === undefined || isPositive(trailingDistance);
  return isTime && isDistance && isPositive(quantity) && typeof fingerprint === 'string';
}

/** Whether a value is the text of a decimal above zero. */
export function isPositive(value: unknown): boolean {
  return parseDecimal(value)?.greaterThan(0) === true;
}
