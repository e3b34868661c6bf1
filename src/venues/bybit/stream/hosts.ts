import type { TradingEnvironment } from '../../../domain/trading-venue';

/**
 * The private stream of each REST address: every pair that Bybit documents, and no other, because keys travel there. Where a
 * REST host has no documented stream of its own, orders are polled.
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

export const PRIVATE_STREAM_PATH = '/v5/private';
const LOOPBACK = '127.0.0.1';

/**
 * @param baseUrl scheme and host of the REST address
 * @returns the address of the private stream; undefined: there is none
 */
export function privateStreamUrl(baseUrl: string, environment: TradingEnvironment): string | undefined {
  const { origin, protocol, hostname, host } = new URL(baseUrl);
  if (environment === 'paper') {
    // The paper venue has both on one port.
    return protocol === 'http:' && hostname === LOOPBACK ? `ws://${host}${PRIVATE_STREAM_PATH}` : undefined;
  }
  return Object.hasOwn(STREAM_HOSTS, origin) ? STREAM_HOSTS[origin]! + PRIVATE_STREAM_PATH : undefined;
}
