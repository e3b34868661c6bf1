import { isIPv4 } from 'node:net';

/**
 * Whether a host is this machine by its name or address alone: what is there is never reached through a proxy.
 *
 * @param host without a port; an IPv6 address with or without brackets
 */
export function isThisMachine(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(?<inner>.*)\]$/, '$<inner>')
    .replace(/\.$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (isIPv4(name)) return name.startsWith('127.') || name === '0.0.0.0';
  // The second is one of 127.0.0.0/8 as `URL` writes it.
  return ['::1', '::'].includes(name) || /^::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}$/.test(name);
}
