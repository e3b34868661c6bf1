import { candlePace, tightWindows } from '../domain/request-budget';
import { rateLimitsOf } from './rate-limits';
import type { Config } from './schema';

const MINUTE_MS = 60_000;

/** The symbols that the model predicts in every interval. */
export interface PredictedSymbols {
  /** The first of the venue's list. */
  readonly symbols: readonly string[];
  /** Which of them go without, why, and the settings to change; one sentence. Absent: none does. */
  readonly leftOut?: string;
}

/** As many of the venue's symbols as its request limits leave room for, beside prices and orders. */
export function predictedSymbols(config: Config): PredictedSymbols {
  const { venue: name, venues, ml } = config;
  const venue = venues[name];
  if (!venue) return { symbols: [] };
  const limits = rateLimitsOf(config, venue);
  const minutes = ml.candleIntervalMinutes;
  const { symbolsMax } = candlePace(limits, minutes * MINUTE_MS);
  const count = venue.symbols.length;
  if (count <= symbolsMax) return { symbols: venue.symbols };
  const tight = tightWindows(limits, minutes * MINUTE_MS, count);
  // What the exchange documents cannot be raised.
  const areSettings = tight.every(({ isFurther }) => !isFurther);
  const raised = tight.map(
    ({ scope, limitMin, window }) => `venues.${name}.limits.${scope}.limit to ${limitMin} (is ${window.limit})`,
  );
  const remedies = [
    ...(areSettings ? [`raise ${raised.join(' and ')} where the exchange allows it`] : []),
    ...(minutes < 5 ? ['set ml.candleIntervalMinutes to 5, with a model for it'] : []),
    `list fewer in venues.${name}.symbols`,
  ];
  const leftOut = `No predictions for the last ${count - symbolsMax} of the ${count} symbols, from ${venue.symbols[symbolsMax]} on: the request limits of ${name} leave room for the candles of ${symbolsMax} every ${minutes} min, beside prices and orders; ${remedies.join(', or ')}.`;
  return { symbols: venue.symbols.slice(0, symbolsMax), leftOut };
}
