import { TokenGate } from '../access/token-gate';
import { createApiAudit } from './api-audit';
import { startApi } from './start-api';
import type { HealthReport } from './health-report';
import { tokensAreRequired } from '../config/api-access';
import { packageVersion } from '../config/package-root';
import type { Config } from '../config/schema';
import { environmentOf, tradingVenueOf } from '../config/trading-environment';
import { startHooks } from '../hooks/start-hooks';
import { HandOverClient } from '../intake/hand-over/hand-over-client';
import { handOverIdentity } from '../intake/hand-over/identity';
import { countedIntake } from '../intake/counted-intake';
import { DiskWatch } from '../intake/disk-watch';
import { DoorTrace } from '../intake/door-trace';
import { SignalExplainer } from '../intake/signal-explainer';
import { tracedIntake } from '../intake/traced-intake';
import { createSignalIntake } from '../intake/signal-intake';
import { wasDiskLowBefore } from '../observability/alerts/disk-look';
import { readHealth, type Health, type PartStatus, type SystemHealth } from '../observability/health';
import { HealthReader } from '../observability/health-reader';
import { allMetrics } from '../observability/metrics/all-metrics';
import { askSystem } from '../observability/metrics/ask-system';
import { createProcessRegistry } from '../observability/metrics/process-metrics';
import { DoorMetrics } from '../observability/metrics/signal-metrics';
import { createLogger } from '../observability/logging';
import { redactLine } from '../observability/redaction';
import { flattenAccount } from '../positions/flatten-account';
import { positionNoteOf } from '../positions/position-note';
import { PositionWorkflows } from '../positions/position-workflows';
import { emitProcessEvent } from '../process/process-events';
import { redact } from '../secrets/known-secrets';
import { connectClient, type ServerTarget } from '../temporal/connection';
import { checkNotAnothers } from '../temporal/environment-stamp';
import { keepLightSlot } from '../temporal/light-slot';
import type { StoreGate } from '../temporal/store-gate';
import { StoreWatch } from '../temporal/store-watch';
import type { Positions } from './position-routes';
import type { ApiDependencies } from './server';

/** What `/health` and `/metrics` say of the parts is never older when it is asked for, however many ask. */
const HEALTH_SHARED_MS = 1_000;

/**
 * Serves the HTTP API until the process is told to stop (SIGINT, SIGTERM).
 *
 * @throws OtherStoreError, and what connecting and listening throw
 */
export async function runApi({
  config,
  target,
}: {
  readonly config: Config;
  readonly target: ServerTarget;
}): Promise<void> {
  const { dataDir, logging } = config;
  const log = createLogger({ component: 'api', dataDir, ...logging });
  const { client, connection } = await connectClient(target);
  const { namespace } = target;
  const store = watchStore(target, dataDir, client, log.logger);
  // Before anything is kept of a namespace that is not ours.
  await checkNotAnothers(client, environmentOf(config));
  await store.confirm();
  store.start();
  const handOver = new HandOverClient({
    dataDir,
    identity: handOverIdentity(config, namespace),
    tell: (sentence) => log.logger.info(sentence),
  });
  handOver.open();
  const registry = createProcessRegistry({ component: 'api', environment: environmentOf(config), errors: log.errors });
  const reader = new HealthReader({ ask: () => readHealth(client, config), sharedForMs: HEALTH_SHARED_MS });
  const door = openTrace(dataDir, log.logger);
  const disk = new DiskWatch({ dataDir, ...config.storage, wasLow: wasDiskLowBefore(dataDir) });
  const intake = countedIntake(
    createSignalIntake({ client, config, store, handOver, disk }),
    new DoorMetrics(registry),
  );
  const gate = new TokenGate({ dataDir, isAlwaysRequired: tokensAreRequired(config) });
  const parts = positionParts(client, config, store);
  const doors = {
    config,
    logger: log.logger,
    audit: createApiAudit(dataDir, redactLine, (error) => log.logger.error({ error }, 'the audit cannot be written')),
    positions: parts.positions,
  };
  const server = await startApi({
    ...doors,
    ...parts,
    intake: tracedIntake(intake, { by: 'http' }, door),
    gate,
    door,
    metrics: () =>
      allMetrics({
        dataDir,
        own: { name: 'api', registry },
        expected: expectedProcesses(config),
        ask: () => askSystem(client, config, () => reader.read()),
      }),
    health: async () => reportOf(await reader.read(), handOver.state, store.problem),
  });
  const hooks = await startHooks({ ...doors, intake: tracedIntake(intake, { by: 'hook' }, door) }, registry);
  const leaveSlot = keepLightSlot({
    client,
    component: 'api',
    version: packageVersion(),
    metadata: { environment: environmentOf(config), venue: config.venue },
    heartbeatTimeoutMs: config.workers.heartbeatTimeoutSeconds * 1000,
  });
  tellReady(gate);
  await untilStopped();
  await Promise.all([server.close(), hooks?.close()]);
  door.flush();
  await leaveSlot();
  handOver.close();
  store.stop();
  await connection.close();
  log.close();
}

function watchStore(
  { address, namespace, isEmbedded }: ServerTarget,
  dataDir: string,
  asker: ConstructorParameters<typeof StoreWatch>[0]['asker'],
  logger: { error(message: string): void },
): StoreWatch {
  const onOtherStore = ({ message }: { readonly message: string }): void => {
    logger.error(message);
    emitProcessEvent({ kind: 'line', text: `ALERT ${message}` });
  };
  return new StoreWatch({ place: { dataDir, namespace }, address, isEmbedded, asker, onOtherStore });
}

function openTrace(dataDir: string, logger: Pick<ApiDependencies['logger'], 'warn'>): DoorTrace {
  const onFault = (error: unknown): void =>
    logger.warn({ error }, 'what is refused at the door cannot be written down');
  return new DoorTrace({ dataDir, redact, onFault });
}

function tellReady(gate: TokenGate): void {
  emitProcessEvent({ kind: 'ready', component: 'api' });
  const whyNobody = gate.whyNobodyEnters();
  if (whyNobody !== undefined) emitProcessEvent({ kind: 'line', text: whyNobody });
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
}

type ConnectedClient = Awaited<ReturnType<typeof connectClient>>['client'];

/** What reads and tells positions, and explains signals by them. */
function positionParts(
  client: ConnectedClient,
  config: Config,
  store: StoreGate,
): Pick<ApiDependencies, 'positions' | 'flatten' | 'explainer'> {
  const ours = tradingVenueOf(config);
  const { dataDir } = config;
  const positions = new PositionWorkflows(client, ours);
  return {
    positions: confirmedPositions(positions, store),
    // Nobody who sent a request is kept waiting for fills.
    flatten: (reason, who) => flattenAccount(client, ours, { reason, who, waitMaxMs: 0 }),
    explainer: new SignalExplainer({
      client,
      dataDir,
      positionOf: (view, timeoutMs) => positionNoteOf(positions, view, timeoutMs),
    }),
  };
}

/** What tells a position something asks first whether the store is ours; who only looks is told by health. */
function confirmedPositions(positions: PositionWorkflows, store: StoreGate): Positions {
  const confirmed =
    <Args extends unknown[], Result>(tell: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await store.confirm();
      return tell(...args);
    };
  return {
    list: () => positions.list(),
    show: (symbol) => positions.show(symbol),
    trades: (days) => positions.trades(days),
    risk: () => positions.risk(),
    close: confirmed((symbol, command) => positions.close(symbol, command)),
    protect: confirmed((symbol, command) => positions.protect(symbol, command)),
  };
}

/** @param problem of the store, which outweighs everything */
function reportOf(
  { status, components, details, reasons, uptimeSeconds, version }: SystemHealth,
  handOver: HealthReport['handOver'],
  problem: string | undefined,
): HealthReport {
  const shown = Object.entries(components).map(([name, part]) => [name, shownStatus(part)]);
  const all = { ...Object.fromEntries(shown), api: 'healthy' as const };
  const told = { components: all, uptime: uptimeSeconds, version, handOver, venueStream: venueStreamOf(details) };
  return problem === undefined ? { ...told, status, reasons } : { ...told, status: 'unhealthy', reasons: [problem] };
}

function venueStreamOf(details: SystemHealth['details']): HealthReport['venueStream'] {
  const { stream } = details.find((part) => part.stream !== undefined) ?? {};
  if (stream === undefined) return undefined;
  const { state, forMs, lastMessageAtMs, fault } = stream;
  const heardAt = lastMessageAtMs === undefined ? undefined : new Date(lastMessageAtMs).toISOString();
  return { state, for_seconds: Math.round(forMs / 1_000), last_message_at: heardAt, fault };
}

/** A part that is still starting is not yet as it should be. */
function shownStatus(part: PartStatus): Health {
  return part === 'starting' ? 'degraded' : part;
}

/** The processes of this configuration that count something of their own, wherever they were started. */
function expectedProcesses({ ml }: Config): readonly string[] {
  return ['trading_engine', ...(ml.enabled ? ['ml_manager'] : []), 'system_monitor'];
}
