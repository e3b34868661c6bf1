import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { GUARD_REPLIES, guardRequest, type GuardRules, loopbackHosts } from '../../net/browser-guard';
import { ConnectionKeeper } from '../../net/connection-keeper';
import { portInUse } from '../../net/ports';
import { jsonReply, type HttpReply, type HttpRequest } from './messages';

/** The paper venue is for this machine only. */
const LOOPBACK = '127.0.0.1';

/** Clients keep idle sockets for 60 s; closing one first would reset a request that is on its way. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;
const CONNECTIONS_MAX = 1_024;
const CONNECTIONS_RESERVE = 1_024;
/** A request is a hundred bytes or so of headers, and arrives at once: only programs on this machine send any. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_CHECK_INTERVAL_MS = 1_000;
const BODY_BYTES_MAX = 64 * 1024;

export type RequestHandler = (request: HttpRequest, response: ServerResponse) => void;
/** Takes over a connection on which another protocol is to be spoken. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Whatever a web page sends is refused here, before it is read or counted: the real venue is no server that pages reach. */
function refuseWebPages(incoming: IncomingMessage, response: ServerResponse, rules: GuardRules): boolean {
  const refusal = guardRequest(incoming, rules);
  if (refusal === undefined) return false;
  const { status, message } = GUARD_REPLIES[refusal];
  const reply = jsonReply({ error: message }, status);
  sendReply(response, { ...reply, headers: { ...reply.headers, connection: 'close' } });
  incoming.resume();
  return true;
}

/**
 * The same for a WebSocket, which a page may open to any address without being asked: browsers name the page in Origin,
 * always, and programs name none.
 */
function refusePagesSockets(incoming: IncomingMessage, socket: Duplex, rules: GuardRules): boolean {
  const refusal = incoming.headers.origin === undefined ? guardRequest(incoming, rules) : 'ORIGIN_REFUSED';
  if (refusal === undefined) return false;
  socket.end(`HTTP/1.1 ${GUARD_REPLIES[refusal].status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  return true;
}

/**
 * The paper venue's HTTP server. Plain node:http: a framework would cost time per request and stand between the fault
 * plans and the socket, and twelve routes need none.
 *
 * @param port 0: any free port
 * @throws PortInUseError
 */
export async function listen(port: number, handler: RequestHandler, upgrade?: UpgradeHandler): Promise<Server> {
  let rules: GuardRules = { hosts: new Set(), bodies: 'json', silentBrowsers: 'refused' };
  const options = {
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
    noDelay: true,
    // One without a host is the guard's to refuse: node would answer each of many at once.
    requireHostHeader: false,
  };
  const server = createServer(options, (incoming, response) => {
    if (!refuseWebPages(incoming, response, rules)) readRequest(incoming, response, handler);
  });
  if (upgrade) {
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      if (!refusePagesSockets(incoming, socket, rules)) upgrade(incoming, socket, head);
    });
  }
  new ConnectionKeeper(server, { connectionsMax: CONNECTIONS_MAX, reserve: CONNECTIONS_RESERVE });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? portInUse(port, 'PAPER_VENUE_PORT') : error);
    });
    server.listen(port, LOOPBACK, resolve);
  });
  rules = { ...rules, hosts: loopbackHosts(portOf(server)) };
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

export function serverUrl(server: Server): string {
  return `http://${LOOPBACK}:${portOf(server)}`;
}

export async function stopServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export function sendReply(response: ServerResponse, reply: HttpReply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

function readRequest(incoming: IncomingMessage, response: ServerResponse, handler: RequestHandler): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) {
      sendReply(response, { status: 413, headers: { connection: 'close' }, body: '' });
      incoming.destroy();
      return;
    }
    chunks.push(chunk);
  });
  // A client that went away needs no answer.
  incoming.on('error', () => response.destroy());
  incoming.on('end', () => {
    const url = incoming.url ?? '/';
    const mark = url.indexOf('?');
    handler(
      {
        method: incoming.method ?? 'GET',
        path: mark < 0 ? url : url.slice(0, mark),
        query: mark < 0 ? '' : url.slice(mark + 1),
        body: Buffer.concat(chunks).toString('utf8'),
        headers: incoming.headers,
      },
      response,
    );
  });
}
