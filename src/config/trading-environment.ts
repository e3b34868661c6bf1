import type { TradingEnvironment, TradingVenue } from '../domain/trading-venue';
import type { Config } from './schema';

export { TRADING_ENVIRONMENTS, type TradingEnvironment } from '../domain/trading-venue';

/**
 * The environment of the venue that is traded on.
 *
 * @throws Error where the venue is not configured: a defect, the configuration was checked for it
 */
export function environmentOf({ venue, venues }: Config): TradingEnvironment {
  const settings = venues[venue];
  if (!settings) throw new Error(`The venue "${venue}" is not configured.`);
  return settings.environment;
}

/** The venue that is traded on, in its environment. @throws as environmentOf */
export function tradingVenueOf(config: Config): TradingVenue {
  return { environment: environmentOf(config), venue: config.venue };
}
