import type { VenueConfig } from '../config/schema';
import type * as BybitModule from './bybit/bybit-venue';
import type { Credentials } from './ccxt/credentials';
import type { Venue } from './venue';

const BYBIT_URLS = { live: 'https://api.bybit.com', testnet: 'https://api-testnet.bybit.com' } as const;

export interface CreateVenueOptions {
  readonly name: string;
  readonly config: VenueConfig;
  /** Scheme and host without a path. Needed for paper; elsewhere one of the venue's own regional addresses, https. */
  readonly baseUrl?: string;
  readonly credentials: Credentials;
  /** As a fraction; absent: a figure above the venue's base rate. */
  readonly takerFee?: string;
}

/** The venue cannot be set up from this configuration. */
export class VenueSetupError extends Error {
  override readonly name = 'VenueSetupError';
}

/**
 * Makes the adapter of a configured venue. Nothing is sent before its first method is called.
 *
 * @throws VenueSetupError when the address is missing or unsafe
 */
export function createVenue({ name, config, baseUrl, credentials, takerFee }: CreateVenueOptions): Venue {
  const address = venueAddress(name, config.environment, baseUrl);
  switch (config.adapter) {
    case 'bybit': {
      // Loaded here because ccxt costs 70 MB and half a second, which only processes that talk to a venue shall pay.
      const { BybitVenue } = require('./bybit/bybit-venue') as typeof BybitModule;
      return new BybitVenue({
        name,
        baseUrl: address,
        credentials,
        symbols: config.symbols,
        settleAsset: config.settleAsset,
        takerFee,
        receiveWindowMs: config.receiveWindowMs,
        clockSkewMs: config.clockSkewMs,
        requestTimeoutMs: config.requestTimeoutMs,
      });
    }
  }
}

function venueAddress(name: string, environment: VenueConfig['environment'], baseUrl: string | undefined): string {
  if (environment !== 'paper') {
    const address = baseUrl ?? BYBIT_URLS[environment];
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
