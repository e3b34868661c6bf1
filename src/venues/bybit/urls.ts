import type { VenueHosts } from '../definition';

/**
 * Every host that Bybit documents, and no other: keys travel there. An account belongs to one of them, and its keys are
 * refused with 10003 at the others. All of them count together for the limit of an address.
 */
export const BYBIT_REGIONS = {
  global: {
    live: 'https://api.bybit.com',
    testnet: 'https://api-testnet.bybit.com',
    demo: 'https://api-demo.bybit.com',
  },
  /** The same accounts as global, by another name. */
  bytick: { live: 'https://api.bytick.com' },
  netherlands: { live: 'https://api.bybit.nl' },
  turkey: { live: 'https://api.bybit.tr' },
  kazakhstan: { live: 'https://api.bybit.kz' },
  georgia: { live: 'https://api.bybitgeorgia.ge' },
  emirates: { live: 'https://api.bybit.ae' },
  /** Keys of API brokers only. */
  europe: { live: 'https://api.bybit.eu' },
  indonesia: { live: 'https://api.bybit.id' },
  japan: { live: 'https://api.manepa.jp', testnet: 'https://api-testnet.manepa.jp' },
} as const satisfies Readonly<Record<string, VenueHosts>>;
