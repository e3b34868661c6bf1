import type { RemoteEnvironment, TradingEnvironment } from '../domain/trading-venue';
import type { OutwardProxy } from '../net/outward-proxy';
import type { Credentials } from './ccxt/credentials';
import type { Window } from '../domain/limiter/types';
import type { RequestPermits } from './request-permit';
import type { EndpointGroup, Venue, VenuePromises } from './venue';

/** What an adapter is made from. */
export interface AdapterOptions {
  /** The venue's name in the configuration. */
  readonly name: string;
  /** Scheme and host without a path. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly environment: TradingEnvironment;
  readonly symbols: readonly string[];
  readonly settleAsset: string;
  /** As a fraction, for example `0.00055`; absent: a figure above the venue's base rate. */
  readonly takerFee?: string;
  readonly receiveWindowMs: number;
  readonly requestTimeoutMs: number;
  readonly permits: RequestPermits;
  /** On the way to the venue; absent: it is reached without one. */
  readonly proxy?: OutwardProxy;
}

/** The limits that a venue documents, in requests. A configuration can only stay below them. */
export interface DocumentedLimits {
  /** Of one address, over all its requests. */
  readonly address: readonly Window[];
  /** Of one account, over the requests of each endpoint group: as the strictest endpoint in it has them. */
  readonly account: Readonly<Partial<Record<EndpointGroup, readonly Window[]>>>;
}
/** Scheme and host by environment; one that is absent is not offered there. */
export type VenueHosts = Readonly<Partial<Record<RemoteEnvironment, string>>>;

/**
 * What a venue declares. Its module loads no exchange library: the configuration, intake and every command read it,
 * and only a process that talks to a venue may pay for one.
 */
export interface VenueDefinition {
  /** By the name that `venues.*.region` takes: a closed list, because keys travel there. */
  readonly regions: Readonly<Record<string, VenueHosts>>;
  /** What the symbols that it trades end in, by the asset that settles them. Those of other assets are not known. */
  readonly symbolEndings: Readonly<Record<string, string>>;
  readonly promises: VenuePromises;
  readonly documentedLimits: DocumentedLimits;
  /** Its codes for an order that the account has not enough balance or margin for. */
  readonly fundsRefusals: ReadonlySet<string>;
  /** Loads the adapter and makes one. Nothing is sent before its first method is called. */
  create(options: AdapterOptions): Venue;
}
