import { outwardProxyOf, type OutwardProxy } from '../net/outward-proxy';
import type { Credentials } from './ccxt/credentials';
import type { AdapterOptions } from './definition';
import type { TradingEnvironment } from '../domain/trading-venue';
import { hostOf, REGION_DEFAULT, VENUE_DEFINITIONS } from './definitions';
import type { VenueAdapter } from './definitions';
import type { RequestPermits } from './request-permit';
import type { Venue } from './venue';

/** The settings of one venue that its adapter needs. */
export interface VenueSettings extends Pick<
  AdapterOptions,
  'symbols' | 'settleAsset' | 'receiveWindowMs' | 'requestTimeoutMs'
> {
  readonly adapter: VenueAdapter;
  readonly environment: TradingEnvironment;
  /** Whose accounts it serves; absent: the global one. */
  readonly region?: string;
}

export interface CreateVenueOptions {
  readonly name: string;
  readonly config: VenueSettings;
  /** Scheme and host without a path. Needed for paper; elsewhere one of the venue's own regional addresses, https. */
  readonly baseUrl?: string;
  readonly credentials: Credentials;
  readonly permits: RequestPermits;
  /** As a fraction; absent: a figure above the venue's base rate. */
  readonly takerFee?: string;
  /** Names the proxy; absent: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The venue cannot be set up from this configuration. */
export class VenueSetupError extends Error {
  override readonly name = 'VenueSetupError';
}

/**
 * Makes the adapter of a configured venue. Nothing is sent before its first method is called.
 *
 * @throws VenueSetupError when the address is missing or unsafe; ProxyError
 */
export function createVenue(options: CreateVenueOptions): Venue {
  const { name, config, baseUrl, credentials, permits, takerFee, env } = options;
  const address = venueAddress(name, config, baseUrl);
  const { symbols, settleAsset, receiveWindowMs, requestTimeoutMs } = config;
  return VENUE_DEFINITIONS[config.adapter].create({
    name,
    baseUrl: address,
    environment: config.environment,
    credentials,
    symbols,
    settleAsset,
    takerFee,
    receiveWindowMs,
    requestTimeoutMs,
    permits,
    proxy: config.environment === 'paper' ? undefined : outwardProxyOf(address, env),
  });
}

/**
 * The proxy through which a venue is reached at its own address. The paper venue is on this machine and needs none.
 *
 * @throws ProxyError when the environment names one that cannot be used
 */
export function venueProxyOf(
  { adapter, environment, region }: Pick<VenueSettings, 'adapter' | 'environment' | 'region'>,
  env: CreateVenueOptions['env'] = process.env,
): OutwardProxy | undefined {
  const address = environment === 'paper' ? undefined : hostOf(adapter, environment, region);
  return address === undefined ? undefined : outwardProxyOf(address, env);
}

function venueAddress(
  name: string,
  { adapter, environment, region }: VenueSettings,
  baseUrl: string | undefined,
): string {
  if (environment !== 'paper') {
    const address = baseUrl ?? hostOf(adapter, environment, region);
    if (address === undefined) {
      throw new VenueSetupError(`The venue "${name}" has no ${environment} in the region ${region ?? REGION_DEFAULT}.`);
    }
    // Keys of a real account travel with every request.
    if (URL.canParse(address) && new URL(address).protocol === 'https:') return new URL(address).origin;
    throw new VenueSetupError(`The address of venue "${name}" must begin with https://, and was "${address}".`);
  }
  if (baseUrl !== undefined && URL.canParse(baseUrl) && /^https?:$/.test(new URL(baseUrl).protocol)) {
    return new URL(baseUrl).origin;
  }
  throw new VenueSetupError(
    `The paper venue "${name}" needs the address of its server, such as http://127.0.0.1:8787, and got ` +
      `${baseUrl === undefined ? 'none' : `"${baseUrl}"`}.`,
  );
}
