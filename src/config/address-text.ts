import { isIP, isIPv6 } from 'node:net';
import { quoteValue } from '../domain/quote-value';

/*
 * How addresses are written in settings. Faults are words that follow "it"; undefined: there is none.
 */

export const SERVER_ADDRESS_FORM =
  'host:port, such as temporal.example:7233, an IPv6 address in brackets, such as [::1]:7233';
export const LISTEN_HOST_FORM =
  'an IP address of this machine, such as 127.0.0.1 or ::1 (without brackets), or a host name such as localhost';

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?$/i;
/** Nothing but digits and points, and no address all the same. */
const NUMBERS_ALONE = /^[\d.]+$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const PORT_MAX = 65_535;

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  return HOST_NAME.test(text) && !NUMBERS_ALONE.test(text);
}

/** An address that Temporal's clients dial; without a port they take 7233. */
export function faultOfServerAddress(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (SCHEME.test(text)) return `begins with ${SCHEME.exec(text)?.[0]}, which is left out`;
  if (text.includes('@')) return 'names a user, and TEMPORAL_API_KEY or TEMPORAL_TLS_… say who comes';
  if (isIPv6(text)) return 'is an IPv6 address without brackets';
  const { bracketed, name, port } =
    /^(?:\[(?<bracketed>[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>.*))?$/s.exec(text)?.groups ?? {};
  const isGoodHost = bracketed === undefined ? name !== undefined && isHost(name) : isIPv6(bracketed);
  if (!isGoodHost) return 'names no host';
  if (port === undefined) return undefined;
  const isGoodPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= PORT_MAX;
  return isGoodPort ? undefined : `has no port from 1 to ${PORT_MAX} behind the colon`;
}

/** @returns a sentence on an address that a profile names; undefined: it can be dialled */
export function serverAddressProblem(address: string): string | undefined {
  const fault = faultOfServerAddress(address);
  if (fault === undefined) return undefined;
  return `names the address ${quoteValue(address)}; it ${fault}; needed is ${SERVER_ADDRESS_FORM}.`;
}

/** What the API listens on; whether this machine has that address shows when it does. */
export function faultOfListenHost(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (isIPv6(text.replace(/^\[(.*)\]$/, '$1')) && text.startsWith('[')) return 'has brackets, which are left out here';
  return isHost(text) ? undefined : 'is no address or name of a host';
}

/** The server keeps its own records there. */
const SERVERS_OWN_NAMESPACE = 'temporal-system';

export function faultOfNamespace(text: string): string | undefined {
  if (text.toLowerCase() === SERVERS_OWN_NAMESPACE) return "is the server's own; use another, such as oncefill";
  return /^[a-zA-Z0-9-]{2,64}$/.test(text) ? undefined : 'has another form';
}
