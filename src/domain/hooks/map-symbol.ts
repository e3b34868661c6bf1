import type { AlertMapping } from './source';

/**
 * Our name of a symbol that others call differently: by the table; otherwise without the first prefix and the first suffix that
 * fit, and by the table once more. `BYBIT:BTCUSDT.P` is BTCUSDT where `BYBIT:` and `.P` are taken off.
 */
export function mapSymbol(
  text: string,
  { symbols, stripPrefixes, stripSuffixes }: Pick<AlertMapping, 'symbols' | 'stripPrefixes' | 'stripSuffixes'>,
): string {
  const given = text.trim().toUpperCase();
  const own = named(given, symbols);
  if (own !== undefined) return own;
  const prefix = stripPrefixes.find((candidate) => given.startsWith(candidate.toUpperCase())) ?? '';
  const rest = given.slice(prefix.length);
  const suffix = stripSuffixes.find((candidate) => rest.endsWith(candidate.toUpperCase())) ?? '';
  const bare = rest.slice(0, rest.length - suffix.length);
  return named(bare, symbols) ?? bare;
}

function named(symbol: string, symbols: AlertMapping['symbols']): string | undefined {
  return Object.entries(symbols).find(([theirs]) => theirs.toUpperCase() === symbol)?.[1];
}
