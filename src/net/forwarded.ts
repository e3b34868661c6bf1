import type { IncomingHttpHeaders } from 'node:http';

/** What tunnels and proxies add, by whole name, beginning or end; no client of this machine has a reason to. */
const NAMES: readonly string[] = ['via', 'cdn-loop', 'forwarded'];
const BEGINNINGS: readonly string[] = [
  'x-forwarded',
  'x-original-',
  'x-envoy-',
  'x-azure-',
  'x-vercel-',
  'x-cluster-',
  'cf-',
  'fastly-',
  'fly-',
  'ngrok-',
  'tailscale-',
  'true-client-',
];
const ENDS: readonly string[] = ['forwarded-for', 'client-ip', 'real-ip', 'clientip'];

/**
 * Whether somebody passed a request on: behind a tunnel every stranger comes from a loopback address. One that says nothing of it
 * may have been passed on all the same.
 */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some(isOfProxy);
}

/** @param header in lower case, as node gives them */
function isOfProxy(header: string): boolean {
  // Some servers read a line for a hyphen.
  const name = header.replaceAll('_', '-');
  if (NAMES.includes(name)) return true;
  return BEGINNINGS.some((beginning) => name.startsWith(beginning)) || ENDS.some((end) => name.endsWith(end));
}
