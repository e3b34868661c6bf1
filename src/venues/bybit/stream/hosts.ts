import type { TradingEnvironment } from '../../../domain/trading-venue';

/**
 * The streams of each REST address: every pair that Bybit documents, and no other, because keys travel there. Where a REST host has
 * no documented stream of its own, orders and candles are asked for.
 */
const STREAM_HOSTS: Readonly<Record<string, string>> = {
  'https://api.bybit.com': 'wss://stream.bybit.com',
  'https://api-testnet.bybit.com': 'wss://stream-testnet.bybit.com',
  'https://api-demo.bybit.com': 'wss://stream-demo.bybit.com',
  'https://api.bybit.tr': 'wss://stream.bybit.tr',
  'https://api.bybit.kz': 'wss://stream.bybit.kz',
  'https://api.bybitgeorgia.ge': 'wss://stream.bybitgeorgia.ge',
  'https://api.bybit.id': 'wss://stream.bybit.id',
  'https://api.manepa.jp': 'wss://stream.manepa.jp',
};

/** Where another host tells of the market: the demo has the real one's prices. */
const PUBLIC_STREAM_HOSTS: Readonly<Record<string, string>> = {
  ...STREAM_HOSTS,
  'https://api-demo.bybit.com': 'wss://stream.bybit.com',
};

export const PRIVATE_STREAM_PATH = '/v5/private';
export const PUBLIC_STREAM_PATH = '/v5/public/linear';
const LOOPBACK = '127.0.0.1';

/**
 * @param baseUrl scheme and host of the REST address
 * @returns the address of the private stream; undefined: there is none
 */
export function privateStreamUrl(baseUrl: string, environment: TradingEnvironment): string | undefined {
  return streamUrl(baseUrl, environment, STREAM_HOSTS, PRIVATE_STREAM_PATH);
}

/** The same for the public stream of linear contracts. */
export function publicStreamUrl(baseUrl: string, environment: TradingEnvironment): string | undefined {
  return streamUrl(baseUrl, environment, PUBLIC_STREAM_HOSTS, PUBLIC_STREAM_PATH);
}

function streamUrl(
  baseUrl: string,
  environment: TradingEnvironment,
  hosts: Readonly<Record<string, string>>,
  path: string,
): string | undefined {
  const { origin, protocol, hostname, host } = new URL(baseUrl);
  if (environment === 'paper') {
    // The paper venue has both on one port.
    return protocol === 'http:' && hostname === LOOPBACK ? `ws://${host}${path}` : undefined;
  }
  return Object.hasOwn(hosts, origin) ? hosts[origin]! + path : undefined;
}
