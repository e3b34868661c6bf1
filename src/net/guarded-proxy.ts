import {
  createServer,
  type ClientRequest,
  request as requestFrom,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { GUARD_REPLIES, guardRequest, type GuardRules, loopbackHosts } from './browser-guard';
import { ConnectionKeeper } from './connection-keeper';
import { portInUse, type PortUse } from './ports';

const LOOPBACK = '127.0.0.1';
/** A browser opens six to one address. */
const CONNECTIONS_MAX = 64;
const CONNECTIONS_RESERVE = 64;
/** Requests that are with the target at one time, from all connections. */
const REQUESTS_MAX = 32;
/** Cookies are shared by everything on 127.0.0.1, other programs' too. */
const HEADERS_BYTES_MAX = 32_768;
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTIONS_CHECK_INTERVAL_MS = 1_000;
const KEEP_ALIVE_TIMEOUT_MS = 30_000;
/** What a person may start or send by hand. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** A page that waits for something new may be left without an answer for a minute. */
const TARGET_SILENCE_MAX_MS = 120_000;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** They belong to one connection, and there are two. */
const CONNECTION_HEADERS = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Where a proxy passes requests on to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** What it is, for people. */
  readonly name: string;
}

export interface GuardedProxy {
  /** Resets every connection. */
  readonly close: () => Promise<void>;
}

/**
 * Puts the guard of our own servers before one that has none: listens on 127.0.0.1, refuses what web pages send, and streams
 * everything else through. Connections are not upgraded.
 *
 * @throws PortInUseError naming `variable`
 */
export async function startGuardedProxy(
  port: number,
  target: ProxyTarget,
  { variable }: Pick<PortUse, 'variable'>,
): Promise<GuardedProxy> {
  // Its own pages send changes as plain text; that they are its own, the browser says.
  // The page at the API's root links to it.
  const rules: GuardRules = {
    hosts: loopbackHosts(port),
    bodies: 'ownPages',
    silentBrowsers: 'allowed',
    linksFrom: ['same-site'],
  };
  const options = {
    maxHeaderSize: HEADERS_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // One without a host is the guard's to refuse: node would answer each of many at once.
    requireHostHeader: false,
  };
  const requests = new Set<ClientRequest>();
  const server = createServer(options, (incoming, response) => {
    const refusal = guardRequest(incoming, rules);
    if (refusal !== undefined) refuse(incoming, response, GUARD_REPLIES[refusal]);
    else passOn(incoming, response, target, requests);
  });
  new ConnectionKeeper(server, { connectionsMax: CONNECTIONS_MAX, reserve: CONNECTIONS_RESERVE });
  await listen(server, port, variable);
  return { close: () => closeServer(server) };
}

async function listen(server: Server, port: number, variable: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse(port, variable) : error);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, resolve);
  });
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface PlainReply {
  readonly status: number;
  readonly message: string;
}

/** Ends the connection, too: nothing more of such a request is read. */
function refuse(incoming: IncomingMessage, response: ServerResponse, { status, message }: PlainReply): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'cache-control': 'no-store',
    connection: 'close',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${message}\n`);
  incoming.resume();
}

/** @param requests those that are with the target now */
function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: ProxyTarget,
  requests: Set<ClientRequest>,
): void {
  const { method = 'GET', url = '' } = incoming;
  if (!METHODS.includes(method) || !url.startsWith('/')) {
    refuse(incoming, response, { status: 405, message: `Allowed are ${METHODS.join(', ')} of a path.` });
    return;
  }
  const { host, port, name } = target;
  if (requests.size >= REQUESTS_MAX) {
    const message = `${name} has ${REQUESTS_MAX} requests to answer already: try again.`;
    refuse(incoming, response, { status: 503, message });
    return;
  }
  const outgoing = requestFrom({
    host,
    port,
    method,
    path: url,
    headers: forwardedHeaders(incoming.headers, `${host}:${port}`),
    maxHeaderSize: HEADERS_BYTES_MAX,
    timeout: TARGET_SILENCE_MAX_MS,
    agent: false,
  });
  requests.add(outgoing);
  outgoing.once('close', () => requests.delete(outgoing));
  outgoing.once('timeout', () => outgoing.destroy());
  outgoing.once('error', () => refuse(incoming, response, { status: 502, message: `${name} does not answer.` }));
  outgoing.once('response', (reply) => {
    response.writeHead(reply.statusCode ?? 502, withoutConnectionHeaders(reply.headers));
    // Either side may leave at any time; pipeline then ends the other one, and there is nobody to tell.
    pipeline(reply, response, () => undefined);
  });
  response.once('close', () => outgoing.destroy());
  sendBody(incoming, outgoing, () => {
    refuse(incoming, response, { status: 413, message: `At most ${BODY_BYTES_MAX} bytes are taken.` });
  });
}

/** Streams a request's body, up to its bound. */
function sendBody(incoming: IncomingMessage, outgoing: NodeJS.WritableStream, onTooLarge: () => void): void {
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BODY_BYTES_MAX) return;
    incoming.unpipe(outgoing);
    incoming.removeAllListeners('data');
    onTooLarge();
  });
  incoming.pipe(outgoing);
}

/** The target is addressed by its own name, and hears of its own pages as such. */
function forwardedHeaders(headers: IncomingHttpHeaders, host: string): Record<string, string | string[]> {
  const { origin, referer: _referer, ...others } = headers;
  return { ...withoutConnectionHeaders(others), host, ...(origin !== undefined && { origin: `http://${host}` }) };
}

function withoutConnectionHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || CONNECTION_HEADERS.includes(name) ? [] : [[name, value] as const],
    ),
  );
}
