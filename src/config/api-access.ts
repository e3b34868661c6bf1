import { isIPv4 } from 'node:net';
import type { Config } from './schema';
import { environmentOf } from './trading-environment';

const LOOPBACK_HOSTS: readonly string[] = ['::1', 'localhost'];

/** Whether only programs of this machine reach an address that is listened on. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_HOSTS.includes(host.toLowerCase()) || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Whether the API asks for a token before there is one: with money or a test account behind it, and where others than this
 * machine's programs reach it. A name of its own (`api.allowedHosts`) means that something in front leads others here.
 */
export function tokensAreRequired(config: Config): boolean {
  const { requireToken, host, allowedHosts } = config.api;
  const isPrivate = isLoopback(host) && allowedHosts.length === 0;
  return requireToken === 'always' || environmentOf(config) !== 'paper' || !isPrivate;
}
