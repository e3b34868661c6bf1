import { ownValue } from './plain-values';

/** Names that other programs give to our fields. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  quantity: 'amount',
  qty: 'amount',
  size: 'amount',
  volume: 'amount',
  side: 'direction',
  action: 'direction',
  ticker: 'symbol',
  pair: 'symbol',
  market: 'symbol',
  time: 'timestamp',
  ts: 'timestamp',
  price: 'limit_price',
  limit: 'limit_price',
  confidence: 'signal_strength',
  strength: 'signal_strength',
  filled: 'filled_quantity',
  fees: 'fee',
  why: 'reason',
};

/** Two slips of a hand; of short names fewer. */
const SLIPS_MAX = 2;
const CHARACTERS_PER_SLIP = 3;
/** Longer names are none of ours, whatever they resemble. */
const NAME_CHARACTERS_MAX = 40;

/**
 * The name that somebody may have meant: a field of a signal, a setting, a symbol.
 *
 * @param names those that there are
 * @returns undefined when none is near
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > NAME_CHARACTERS_MAX) return undefined;
  const asked = simplified(given);
  const other = ownValue(OTHER_NAMES, given.toLowerCase());
  if (other !== undefined && names.includes(other)) return other;
  const ranked = names
    .map((name) => ({ name, slips: slipsBetween(asked, simplified(name)) }))
    .toSorted((a, b) => a.slips - b.slips);
  const [nearest] = ranked;
  if (nearest === undefined) return undefined;
  const slipsMax = Math.min(SLIPS_MAX, Math.floor(simplified(nearest.name).length / CHARACTERS_PER_SLIP));
  return nearest.slips <= slipsMax ? nearest.name : undefined;
}

/** A sentence, with the blank before it, that asks whether the nearest name was meant; empty: none is near. */
export function askIfMeant(given: string, names: readonly string[]): string {
  const near = nearestName(given, names);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}

function simplified(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');
}

/** Characters that were put in, left out or exchanged, or two neighbours in the wrong order (Damerau). */
function slipsBetween(a: string, b: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(exchanged, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
