import type { Config, VenueConfig } from './schema';

/** Where orders go: to the local paper venue, to the exchange's test network, or to the exchange with real money. */
export type TradingEnvironment = VenueConfig['environment'];

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
