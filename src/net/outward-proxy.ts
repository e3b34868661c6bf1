import { isThisMachine } from './this-machine';

/** What names a proxy for addresses that begin with https, as curl and npm read it: the first one that is set counts. */
const PROXY_NAMES = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'] as const;
/** What names hosts that are reached without one. */
const EXCEPTION_NAMES = ['no_proxy', 'NO_PROXY'] as const;
/** The variables that lead a process to other machines through a proxy, or around it. */
export const OUTWARD_PROXY_VARIABLES: readonly string[] = [...PROXY_NAMES, ...EXCEPTION_NAMES];

const DEFAULT_PORT = 443;
const PROXY_PROTOCOLS = ['http:', 'https:'];

/** A proxy on the way to another machine. */
export interface OutwardProxy {
  /** The variable that named it. */
  readonly variable: string;
  /** Scheme, host and port: what may be shown. */
  readonly origin: string;
  /** The header that lets us in, a secret; absent where the proxy asks nobody. */
  readonly authorization?: string;
}

/** The environment names a proxy that cannot be used. The message is one sentence without the value, which may hold a password. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
}

type Environment = Readonly<Record<string, string | undefined>>;

function firstSet(names: readonly string[], env: Environment): string | undefined {
  return names.find((name) => env[name]?.trim());
}

/** An entry of NO_PROXY: a host, a domain with all below it (with or without a dot before it), or `*`; each may have a port. */
function covers(entry: string, { hostname, port }: URL): boolean {
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (only !== undefined && Number(only) !== (Number(port) || DEFAULT_PORT)) return false;
  const domain = name.replace(/^\*?\./, '');
  return domain === '*' || hostname === domain || (domain !== '' && hostname.endsWith(`.${domain}`));
}

function isExcepted(address: URL, env: Environment): boolean {
  const name = firstSet(EXCEPTION_NAMES, env);
  const entries = name === undefined ? [] : env[name]!.split(/[\s,]+/);
  return entries.some((entry) => entry !== '' && covers(entry, address));
}

function decode(text: string, variable: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ProxyError(
      `${variable} names a proxy whose user or password holds a % that begins no code; write it as %25.`,
    );
  }
}

function readProxy(variable: string, value: string): OutwardProxy {
  // As curl takes it: a host and a port are meant for HTTP.
  const text = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const remedy = `set HTTPS_PROXY to http://host:port, or remove ${variable}`;
  if (url === undefined || url.hostname === '') {
    throw new ProxyError(`${variable} names no proxy that can be understood; ${remedy}.`);
  }
  if (!PROXY_PROTOCOLS.includes(url.protocol)) {
    throw new ProxyError(
      `${variable} names a proxy of the kind ${url.protocol.slice(0, -1)}, and the venue is reached through http and https ones only; ${remedy}, or name the venue's host in NO_PROXY.`,
    );
  }
  const { username, password, origin } = url;
  if (username === '' && password === '') return { variable, origin };
  const credentials = `${decode(username, variable)}:${decode(password, variable)}`;
  return { variable, origin, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/**
 * The proxy through which an address of another machine is reached. This machine is reached without one, whatever the
 * environment says.
 *
 * @param address an https URL
 * @returns undefined where it is reached without one
 * @throws ProxyError
 */
export function outwardProxyOf(address: string, env: Environment = process.env): OutwardProxy | undefined {
  const url = new URL(address);
  const variable = firstSet(PROXY_NAMES, env);
  if (variable === undefined || isThisMachine(url.hostname) || isExcepted(url, env)) return undefined;
  return readProxy(variable, env[variable]!.trim());
}
