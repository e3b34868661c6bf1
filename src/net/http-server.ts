import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

const KEEP_ALIVE_TIMEOUT_MS = 30_000;
const HEADERS_BYTES_MAX = 8_192;
const HEADERS_TIMEOUT_MS = 5_000;
/** How often slow requests are looked for. */
const CONNECTIONS_CHECK_INTERVAL_MS = 1_000;
const REQUESTS_PER_CONNECTION_MAX = 10_000;

/** The bounds that every HTTP server of ours has, in Fastify's names; how long a request may take is each one's own. */
export const HTTP_BOUNDS = {
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  maxRequestsPerSocket: REQUESTS_PER_CONNECTION_MAX,
  http: {
    maxHeaderSize: HEADERS_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
    // One without a host is the guard's to refuse: node would answer each of many at once.
    requireHostHeader: false,
  },
};

/** Answers what is not even HTTP. Nothing of the request is trusted, so the connection ends. @param body JSON */
export function answerBroken(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { statusCode, body }: { readonly statusCode: number; readonly body: object },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
