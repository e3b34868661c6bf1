import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LogController, fastify } from 'fastify';
import type { AuditEntry } from '../access/audit';
import type { HookSecrets } from '../config/hook-secrets';
import { quoteValue } from '../domain/quote-value';
import type { DoorTrace } from '../intake/door-trace';
import { guardRequest, hostsOf, SECURITY_HEADERS } from '../net/browser-guard';
import { ConnectionKeeper } from '../net/connection-keeper';
import { answerBroken, HTTP_BOUNDS } from '../net/http-server';
import type { HookResult } from '../observability/metrics/hook-metrics';
import { REDACTED } from '../secrets/find-secrets';
import { redactJson } from '../secrets/known-secrets';
import { HookError, toHookError } from './hook-error';
import { addHookRoute } from './hook-route';
import type { AlertDesk } from './take-alert';

/** An alert is some hundred bytes: whoever needs longer to send one is holding a connection, not sending. */
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTION_IDLE_TIMEOUT_MS = 30_000;
/** Fewer than the API's, whose process it shares. */
const CONNECTIONS_MAX = 128;
const CONNECTIONS_RESERVE = 128;
const RETRY_AFTER_SECONDS = 1;

/** What the hooks need of the rest of the program. */
export interface HookDependencies extends AlertDesk {
  readonly secrets: HookSecrets;
  /** A line that cannot be written does not hold an alert up, as it holds up no signal of the API. */
  readonly audit: { attempt(entry: AuditEntry): void };
  /** What is refused before it is a signal is written down there; of signals their intake does that. */
  readonly door: Pick<DoorTrace, 'note'>;
  readonly count: (source: string, result: HookResult) => void;
  readonly logger: FastifyBaseLogger;
}

function answerBrokenConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  const { code, message, statusCode } = toHookError(Object.assign(error, { statusCode: 400 }));
  answerBroken(error, socket, { statusCode, body: { code, message } });
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
    ...HTTP_BOUNDS,
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
  // Every answer is JSON, and stays it: senders tell by it whether to send again.
  server.addHook('onSend', (_request, _reply, payload, done) => {
    if (typeof payload !== 'string' || payload === '') return done(null, payload);
    done(null, redactJson(payload) ?? JSON.stringify({ message: REDACTED }));
  });
  return server;
}

function guard(server: FastifyInstance, { config: { hooks } }: HookDependencies): void {
  const hosts = hostsOf(hooks.port, hooks.allowedHosts);
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
