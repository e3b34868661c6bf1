import type { Decimal } from 'decimal.js';
import { ExactDecimal, parseDecimal, ZERO } from '../decimal';
import { isTighter } from '../protection/ratchet';
import type { ProtectionLegs, WantedProtection } from './book';
import { stepLike } from './standing';
import type { PositionRow } from './types';

/** Whoever sends a price rounds it to the symbol's step: so far from it the same price may be, a fraction of the mark price. */
const APART_MAX = '0.0002';

/**
 * Whether a row has what was asked for. A stop that has moved since, and is no looser, is the one that was asked for, on a
 * coarse step.
 *
 * @param stopBefore what was there when it was asked for; absent: none
 */
export function shows(
  row: PositionRow,
  { stopLoss, takeProfit, trailingDistance }: ProtectionLegs,
  stopBefore?: string,
): boolean {
  const apart = apartMax(row);
  const isCoarse =
    row.stopLoss !== undefined &&
    row.stopLoss !== stopBefore &&
    typeof stopLoss === 'string' &&
    !isTighter(row.side, stopLoss, row.stopLoss);
  return (
    (isCoarse || isSame(stopLoss, row.stopLoss, apart)) &&
    isSame(takeProfit, row.takeProfit, apart) &&
    isSame(trailingDistance, row.trailingDistance, apart)
  );
}

function isSame(asked: string | null | undefined, there: string | undefined, apart: Decimal): boolean {
  if (asked === undefined) return true;
  if (asked === null || there === undefined) return asked === null && there === undefined;
  return decimal(asked).minus(decimal(there)).abs().lessThanOrEqualTo(apart);
}

function apartMax(row: PositionRow): Decimal {
  return ExactDecimal.max(stepLike(row), decimal(row.markPrice).times(APART_MAX));
}

/** What a position is meant to have after a change. */
export function afterChange(wanted: WantedProtection, legs: ProtectionLegs): WantedProtection {
  const leg = (before: string | undefined, change: string | null | undefined): string | undefined =>
    change === undefined ? before : (change ?? undefined);
  return {
    stopLoss: leg(wanted.stopLoss, legs.stopLoss),
    takeProfit: legs.takeProfit === undefined ? wanted.takeProfit : legs.takeProfit,
    trailingDistance: leg(wanted.trailingDistance, legs.trailingDistance),
  };
}

/** The legs of a change, without what else it says. */
export function legsOf({ stopLoss, takeProfit, trailingDistance }: ProtectionLegs): ProtectionLegs {
  const named = Object.entries({ stopLoss, takeProfit, trailingDistance }).filter(([, leg]) => leg !== undefined);
  return Object.fromEntries(named);
}

/** Those of the legs that no later word is about; undefined: none. */
export function legsBeside(legs: ProtectionLegs, later: ProtectionLegs | undefined): ProtectionLegs | undefined {
  const left = Object.entries(legsOf(legs)).filter(([name]) => later?.[name as keyof ProtectionLegs] === undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** What a row has of the legs that a change names. */
export function legsThere(row: PositionRow, change: ProtectionLegs): ProtectionLegs {
  const names = Object.keys(legsOf(change)) as (keyof ProtectionLegs)[];
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

/** For people: `stop 59950, target 62000`. */
export function legWords({ stopLoss, takeProfit, trailingDistance }: ProtectionLegs): string {
  const word = (name: string, leg: string | null | undefined): readonly string[] =>
    leg === undefined ? [] : [leg === null ? `no ${name}` : `${name} ${leg}`];
  return [...word('stop', stopLoss), ...word('target', takeProfit), ...word('trailing', trailingDistance)].join(', ');
}

function decimal(text: string): Decimal {
  return parseDecimal(text) ?? ZERO;
}
