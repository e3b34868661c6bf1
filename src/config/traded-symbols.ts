import type { Config } from './schema';
import { environmentOf } from './trading-environment';

/** More symbols than these are counted where one line has to hold them. */
const SYMBOLS_SHOWN_MAX = 10;

/** The folder of candle files whose symbols are the only ones that trade; undefined: the configured ones trade. */
function candleFolder(config: Config): string | undefined {
  return environmentOf(config) === 'paper' ? config.paperVenue.candlesDir : undefined;
}

/** What trades here, for one line: symbols, and why no others. */
export function describeTradedSymbols(config: Config): string {
  const symbols = config.venues[config.venue]?.symbols ?? [];
  const shown = symbols.slice(0, SYMBOLS_SHOWN_MAX).join(', ');
  const more = symbols.length > SYMBOLS_SHOWN_MAX ? ` and ${symbols.length - SYMBOLS_SHOWN_MAX} more` : '';
  const folder = candleFolder(config);
  const why = folder === undefined ? '' : `, and no others: the paper venue plays the candle files of ${folder}`;
  return `${shown}${more}${why}`;
}

/**
 * Why a symbol is not traded here, for people; undefined: it is. Where candle files say what trades, a sender that was
 * started without them does not know it.
 */
export function faultOfSymbol(
  symbol: string,
  config: Config,
): { readonly message: string; readonly senderMayNotKnow: boolean } | undefined {
  const symbols = config.venues[config.venue]?.symbols ?? [];
  if (symbols.includes(symbol)) return undefined;
  const folder = candleFolder(config);
  const rule =
    folder === undefined
      ? 'Configured symbols'
      : `The paper venue plays the candle files of ${folder}, and only their symbols trade`;
  const message = `${symbol} is not traded here. ${rule}: ${symbols.join(', ')}.`;
  return { message, senderMayNotKnow: folder !== undefined };
}
