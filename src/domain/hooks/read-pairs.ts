import { quoteValue } from '../quote-value';

/** An alert has a dozen. */
const PAIRS_MAX = 64;

export type PairsBody = { readonly value: Readonly<Record<string, string>> } | { readonly fault: string };

/**
 * Reads `key=value` pairs, each on its own line or ended by a semicolon, as some bridges have people write them:
 * `SIGNAL=BUY;SYMBOL=BTCUSDT;TOKEN=…`. Blanks around keys and values do not count; a key that is given twice is refused.
 */
export function readPairs(text: string): PairsBody {
  const parts = text.split(/[;\r\n]+/).filter((part) => part.trim() !== '');
  if (parts.length === 0) return { fault: 'The body is empty; send key=value pairs.' };
  if (parts.length > PAIRS_MAX) return { fault: `The body has ${parts.length} pairs; at most ${PAIRS_MAX} are read.` };
  const pairs = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(0, equals)).trim();
    // The part is not shown: what lacks its key may be a secret.
    if (key === '') return { fault: `Pair ${index + 1} has no key before an equals sign; write key=value.` };
    if (pairs.has(key)) return { fault: `The body has the key ${quoteValue(key)} twice; give it once.` };
    pairs.set(key, part.slice(equals + 1).trim());
  }
  return { value: Object.fromEntries(pairs) };
}
