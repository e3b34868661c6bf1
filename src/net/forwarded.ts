import type { IncomingHttpHeaders } from 'node:http';

/** What tunnels and proxies add; no client of this machine has a reason to. */
const NAMES: readonly string[] = ['forwarded', 'via', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip', 'cf-ray'];
const PREFIX = 'x-forwarded-';

/**
 * Whether somebody passed a request on: behind a tunnel every stranger comes from a loopback address. One that says nothing of it
 * may have been passed on all the same.
 */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => NAMES.includes(name) || name.startsWith(PREFIX));
}
