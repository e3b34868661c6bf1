/**
 * Where orders go: to the local paper venue, to the exchange's test network, to its demo account (real prices, play money),
 * or to the exchange with real money.
 */
export const TRADING_ENVIRONMENTS = ['paper', 'testnet', 'demo', 'live'] as const;
export type TradingEnvironment = (typeof TRADING_ENVIRONMENTS)[number];
/** Those that are reached over the network, with keys of an account there. */
export type RemoteEnvironment = Exclude<TradingEnvironment, 'paper'>;

/** A venue in one environment. Its money, orders and limits have nothing to do with those of another environment. */
export interface TradingVenue {
  readonly environment: TradingEnvironment;
  /** The venue's name in the configuration. */
  readonly venue: string;
}

/** A venue as a caller names it: one that began before environments travelled along names none. */
export interface NamedVenue {
  readonly environment?: TradingEnvironment;
  readonly venue: string;
}

/** For sentences: `bybit (paper)`. */
export function showVenue({ environment, venue }: NamedVenue): string {
  return environment === undefined ? venue : `${venue} (${environment})`;
}

/** Takes any value. */
export function isTradingEnvironment(value: unknown): value is TradingEnvironment {
  return TRADING_ENVIRONMENTS.some((environment) => environment === value);
}
