import { isIPv4, type Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LogController, fastify } from 'fastify';
import type { TokenGate } from '../access/token-gate';
import type { Assets } from '../page/assets';
import { isLoopback } from '../config/api-access';
import type { Config } from '../config/schema';
import { readJsonBody } from '../intake/json-body';
import type { DoorTrace } from '../intake/door-trace';
import type { SignalExplainer } from '../intake/signal-explainer';
import type { SignalIntake } from '../intake/types';
import { redact, redactJson } from '../secrets/known-secrets';
import { redactMetrics } from '../observability/metrics/redact-metrics';
import type { ApiAudit } from './api-audit';
import { ConnectionKeeper } from '../net/connection-keeper';
import { answerBroken, HTTP_BOUNDS } from '../net/http-server';
import { guardAgainstBrowsers } from './browser-guard';
import { guardByTokens, TokenGuard } from './token-guard';
import { ApiError, errorBody, toApiError } from './errors';
import type { HealthReport } from './health-report';
import { addPositionRoutes, type Flatten, type Positions } from './position-routes';
import { repetitionOf } from './repetition';
import { addSignalRoutes } from './signal-routes';
import { HEALTH_PATH } from './open-routes';
import { addPageRoutes } from './page-routes';
import { addPageStream, type PageStreamOptions } from './page-stream';
import { addSessionRoutes } from './session-routes';
import { addHealthRoute, addMetricsRoute, METRICS_FORMAT } from './status-routes';
import { addAlertRoutes } from './alert-routes';
import { addMlRoutes, type Predictions } from './ml-routes';
import { addTradingRoutes, type ChangeTrading } from './trading-routes';
import { addExplanationRoute } from './explanation-route';
import { answerUnknownRoutes } from './unknown-route';

/** A signal is a dozen short fields: whoever needs longer to send one is holding a connection, not sending. */
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_IDLE_TIMEOUT_MS = 60_000;
const CONNECTIONS_MAX = 256;
/** Larger than what a program may open at once, so that a probe among them is heard. */
const CONNECTIONS_RESERVE = 512;
const HANDLER_TIMEOUT_MS = 30_000;
const RETRY_AFTER_SECONDS = 1;

/** What the API needs of the rest of the program. */
export interface ApiDependencies {
  readonly intake: SignalIntake;
  /** Keeps what is refused; absent: nothing does. */
  readonly door?: Pick<DoorTrace, 'note'>;
  /** Absent: `…/explanation` is 404. */
  readonly explainer?: Pick<SignalExplainer, 'explain'>;
  readonly positions: Positions;
  readonly flatten: Flatten;
  readonly health: () => Promise<HealthReport>;
  /** Who may enter. */
  readonly gate: Pick<TokenGate, 'admit' | 'openSession' | 'closeSession'>;
  readonly audit: ApiAudit;
  /** Text in Prometheus' format; absent: `/metrics` is 404. */
  readonly metrics?: () => Promise<string>;
  /** Absent: the trading state is changed at the command line alone. */
  readonly trading?: { readonly venue: string; readonly changeTrading: ChangeTrading };
  /** Absent: predictions are paused and changed at the command line alone. */
  readonly predictions?: Predictions;
  /** The data folder whose alerts are silenced here; absent: they are at the command line alone. */
  readonly alertsOf?: string;
  /** The page's files; absent: there is no page. */
  readonly assets?: Assets;
  /** What the page is told; absent: nothing. */
  readonly page?: Omit<PageStreamOptions, 'guard'>;
  readonly config: Pick<Config, 'api'>;
  readonly logger: FastifyBaseLogger;
  /** Longest time to an answer, milliseconds. */
  readonly handlerTimeoutMs?: number;
}

function answerBrokenConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  const failure = toApiError(Object.assign(error, { statusCode: 400 }));
  answerBroken(error, socket, { statusCode: failure.statusCode, body: errorBody(failure) });
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = toApiError(error);
  const fingerprint = repetitionOf(request)?.fingerprint;
  if (failure.statusCode === 500) request.log.error({ error, fingerprint }, 'request failed');
  if (failure.statusCode === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
  // Also when the answer did not come in time: the route has not ended then, and cannot say it.
  const repetition = failure.statusCode >= 500 ? repetitionOf(request) : undefined;
  void reply.code(failure.statusCode).send({ ...errorBody(failure), ...repetition });
}

function isJson(reply: FastifyReply): boolean {
  return String(reply.getHeader('content-type')).startsWith('application/json');
}

/** What reads an answer expects JSON, also where the answer cannot be let out. */
function redactAnswer(payload: string, request: FastifyRequest, reply: FastifyReply): string {
  const clean = redactJson(payload);
  if (clean !== undefined) return clean;
  request.log.error('an answer holds too much to look for secrets in it: it is withheld');
  const failure = new ApiError('INTERNAL_ERROR');
  void reply.code(failure.statusCode);
  return JSON.stringify(errorBody(failure));
}

function withoutSecrets(payload: string, request: FastifyRequest, reply: FastifyReply): string {
  if (isJson(reply)) return redactAnswer(payload, request, reply);
  return reply.getHeader('content-type') === METRICS_FORMAT ? redactMetrics(payload) : redact(payload);
}

function createServer(config: Config['api'], logger: FastifyBaseLogger): FastifyInstance {
  const server = fastify({
    loggerInstance: logger,
    // Probes ask every few seconds; the routes log what matters.
    // One for all requests: what a line is about is told by its fingerprint.
    childLoggerFactory: (shared) => shared,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: config.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_IDLE_TIMEOUT_MS,
    ...HTTP_BOUNDS,
    clientErrorHandler: answerBrokenConnection,
    frameworkErrors: answerError,
  });
  server.removeContentTypeParser(['text/plain', 'application/json']);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, ({ method }, body: Buffer, done) => {
    // A wish to delete says it all by its path; the guard asks for its type all the same.
    if (method === 'DELETE' && body.length === 0) return done(null, undefined);
    const read = readJsonBody(body);
    if ('fault' in read) done(new ApiError('MALFORMED_JSON', read.fault));
    else done(null, read.value);
  });
  server.setErrorHandler(answerError);
  // The last step: whatever a route has put into an answer, no secret that this process knows leaves in it.
  server.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload === '') return done(null, payload);
    done(null, withoutSecrets(payload, request, reply));
  });
  answerUnknownRoutes(server);
  return server;
}

/** When requests are in progress on all connections, the reserve answers one question: how we are. */
function keepRoom(server: FastifyInstance): void {
  const keeper = new ConnectionKeeper(server.server, {
    connectionsMax: CONNECTIONS_MAX,
    reserve: CONNECTIONS_RESERVE,
  });
  server.addHook('onRequest', (request, _reply, done) => {
    done(keeper.isFull && request.routeOptions.url !== HEALTH_PATH ? new ApiError('TOO_BUSY') : undefined);
  });
}

/**
 * The HTTP interface: `/health`, signals under `/api/signals`, what changes trading, `/metrics` and the page at `/`, each where it is
 * given what it needs: without it is 404, as every unknown path. All but the open routes asks for a token (docs/access.md). Every error has the body `{code, message}` with a code of errors.ts or, for a refused signal,
 * of the denial codes.
 */
export function createApiServer(dependencies: ApiDependencies): FastifyInstance {
  const {
    intake,
    door,
    explainer,
    positions,
    flatten,
    health,
    gate,
    audit,
    metrics,
    trading,
    predictions,
    alertsOf,
    assets,
    page,
    config,
    logger,
    handlerTimeoutMs = HANDLER_TIMEOUT_MS,
  } = dependencies;
  const timeoutMs = handlerTimeoutMs;
  const server = createServer(config.api, logger);
  const { host, port } = config.api;
  // Another address of the loopback network than the usual one is called by itself.
  const ownHosts = isLoopback(host) && isIPv4(host) ? [`${host}:${port}`] : [];
  guardAgainstBrowsers(server, { port, allowedHosts: config.api.allowedHosts, ownHosts });
  keepRoom(server);
  const guard = new TokenGuard(gate, audit, port);
  guardByTokens(server, guard);
  addHealthRoute(server, health);
  if (metrics) addMetricsRoute(server, metrics);
  addSessionRoutes(server, { gate, guard, audit, port });
  addSignalRoutes(server, { intake, door, audit, timeoutMs });
  if (explainer) addExplanationRoute(server, explainer, timeoutMs);
  addPositionRoutes(server, { positions, flatten, audit, timeoutMs });
  if (alertsOf !== undefined) addAlertRoutes(server, { dataDir: alertsOf, audit });
  if (trading) addTradingRoutes(server, { ...trading, audit, timeoutMs });
  if (trading && predictions) addMlRoutes(server, { venue: trading.venue, predictions, audit, timeoutMs });
  if (assets) addPageRoutes(server, assets);
  if (page) addPageStream(server, { ...page, guard });
  return server;
}
