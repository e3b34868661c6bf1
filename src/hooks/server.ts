import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LogController, fastify } from 'fastify';
import type { AuditEntry } from '../access/audit';
import type { HookSecrets } from '../config/hook-secrets';
import { quoteValue } from '../domain/quote-value';
import { guardRequest, loopbackHosts } from '../net/browser-guard';
import { ConnectionKeeper } from '../net/connection-keeper';
import type { HookResult } from '../observability/metrics/hook-metrics';
import { redact } from '../secrets/known-secrets';
import { HookError, toHookError } from './hook-error';
import { addHookRoute } from './hook-route';
import type { AlertDesk } from './take-alert';

/** An alert is some hundred bytes: whoever needs longer to send one is holding a connection, not sending. */
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_IDLE_TIMEOUT_MS = 30_000;
/** A tunnel keeps some connections for all who come through it. */
const KEEP_ALIVE_TIMEOUT_MS = 30_000;
const HEADERS_BYTES_MAX = 8_192;
const HEADERS_TIMEOUT_MS = 5_000;
const CONNECTIONS_CHECK_INTERVAL_MS = 1_000;
/** Fewer than the API's, whose process it shares. */
const CONNECTIONS_MAX = 128;
const CONNECTIONS_RESERVE = 128;
const REQUESTS_PER_CONNECTION_MAX = 10_000;
const RETRY_AFTER_SECONDS = 1;

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** What the hooks need of the rest of the program. */
export interface HookDependencies extends AlertDesk {
  readonly secrets: HookSecrets;
  /** A line that cannot be written does not hold an alert up, as it holds up no signal of the API. */
  readonly audit: { attempt(entry: AuditEntry): void };
  readonly count: (source: string, result: HookResult) => void;
  readonly logger: FastifyBaseLogger;
}

/** Answers what is not even HTTP. Nothing of the request is trusted, so the connection ends. */
function answerBrokenConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const { code, message, statusCode } = toHookError(Object.assign(error, { statusCode: 400 }));
  const body = JSON.stringify({ code, message });
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, message, statusCode } = toHookError(error);
  if (statusCode === 500) request.log.error({ error }, 'an alert failed');
  if (statusCode === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (statusCode === 405) void reply.header('allow', 'POST');
  void reply.code(statusCode).send({ code, message });
}

function createServer({ config: { hooks }, logger }: HookDependencies): FastifyInstance {
  const server = fastify({
    loggerInstance: logger,
    childLoggerFactory: (shared) => shared,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: hooks.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_IDLE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxRequestsPerSocket: REQUESTS_PER_CONNECTION_MAX,
    http: {
      maxHeaderSize: HEADERS_BYTES_MAX,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
      requireHostHeader: false,
    },
    clientErrorHandler: answerBrokenConnection,
    frameworkErrors: answerError,
  });
  // Read as bytes whatever it is called: a signature is over bytes, and text/plain may hold JSON.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => done(null, body));
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(({ method, url }) => {
    if (/^\/hooks\/[^/?]+(?:\?|$)/.test(url))
      throw new HookError('METHOD_REFUSED', `${method} does nothing here; use POST.`);
    throw new HookError('NOT_FOUND');
  });
  server.addHook('onSend', (_request, _reply, payload, done) => {
    done(null, typeof payload === 'string' ? redact(payload) : payload);
  });
  return server;
}

function guard(server: FastifyInstance, { config: { hooks } }: HookDependencies): void {
  const names = hooks.allowedHosts.map((name) => name.toLowerCase());
  const hosts = new Set([...loopbackHosts(hooks.port), ...names, ...names.map((name) => `${name}:${hooks.port}`)]);
  server.addHook('onRequest', ({ raw }, reply, done) => {
    void reply.headers(SECURITY_HEADERS);
    const refusal = guardRequest(raw, { hosts, bodies: 'any', silentBrowsers: 'allowed' });
    if (refusal === undefined) return done();
    if (refusal !== 'HOST_REFUSED') return done(new HookError('ORIGIN_REFUSED'));
    const { host } = raw.headers;
    const given = host === undefined ? 'There is no Host header' : `The Host header is ${quoteValue(host)}`;
    return done(new HookError('HOST_REFUSED', `${given}; add the name of your tunnel to hooks.allowedHosts.`));
  });
}

/**
 * The hooks: `POST /hooks/:source`, and nothing else whatsoever. A server of its own beside the API's, because a tunnel stands before
 * it: nobody who comes through one reaches what the API lets programs of this machine do. It knows no tokens; each source has
 * secrets of its own. Every error has the body `{code, message}`.
 */
export function createHookServer(dependencies: HookDependencies): FastifyInstance {
  const server = createServer(dependencies);
  guard(server, dependencies);
  const keeper = new ConnectionKeeper(server.server, {
    connectionsMax: CONNECTIONS_MAX,
    reserve: CONNECTIONS_RESERVE,
  });
  server.addHook('onRequest', (_request, _reply, done) => done(keeper.isFull ? new HookError('TOO_BUSY') : undefined));
  addHookRoute(server, dependencies);
  return server;
}
