import { TokenGate } from '../access/token-gate';
import { createApiAudit } from './api-audit';
import { startApi } from './start-api';
import { reportOf, type HealthReport } from './health-report';
import { tokensAreRequired } from '../config/api-access';
import { packageVersion } from '../config/package-root';
import type { Config } from '../config/schema';
import { environmentOf } from '../config/trading-environment';
import { hintedTrace } from '../hooks/hinted-trace';
import { startHooks } from '../hooks/start-hooks';
import { HandOverClient } from '../intake/hand-over/hand-over-client';
import { handOverIdentity } from '../intake/hand-over/identity';
import { countedIntake } from '../intake/counted-intake';
import { DiskWatch } from '../intake/disk-watch';
import { DoorTrace } from '../intake/door-trace';
import { tracedIntake } from '../intake/traced-intake';
import { createSignalIntake } from '../intake/signal-intake';
import { wasDiskLowBefore } from '../observability/alerts/disk-look';
import { readHealth, type SystemHealth } from '../observability/health';
import { HealthReader } from '../observability/health-reader';
import { allMetrics } from '../observability/metrics/all-metrics';
import { askSystem } from '../observability/metrics/ask-system';
import { createProcessRegistry } from '../observability/metrics/process-metrics';
import { DoorMetrics } from '../observability/metrics/signal-metrics';
import { createLogger } from '../observability/logging';
import { redactLine } from '../observability/redaction';
import { loadAssets, type Assets } from '../page/assets';
import { emitProcessEvent } from '../process/process-events';
import { redact } from '../secrets/known-secrets';
import { connectClient, type ServerTarget } from '../temporal/connection';
import { checkNotAnothers } from '../temporal/environment-stamp';
import { keepLightSlot } from '../temporal/light-slot';
import { StoreWatch } from '../temporal/store-watch';
import { pageParts } from './page-parts';
import { positionParts } from './position-parts';
import type { ApiDependencies } from './server';

type ConnectedClient = Awaited<ReturnType<typeof connectClient>>['client'];

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
  const report = (health: SystemHealth): HealthReport => reportOf(health, handOver.state, store.problem);
  const doors = {
    config,
    logger: log.logger,
    audit: createApiAudit(dataDir, redactLine, (error) => log.logger.error({ error }, 'the audit cannot be written')),
    positions: parts.positions,
  };
  const server = await startApi({
    ...doors,
    ...parts,
    alertsOf: dataDir,
    assets: openPage(log.logger),
    page: pageParts({ ...doors, client, reader, reportOf: report, registry }),
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
    health: async () => report(await reader.read()),
  });
  const hookIntake = tracedIntake(intake, { by: 'hook' }, hintedTrace(door, config));
  const hooks = await startHooks({ ...doors, door, intake: hookIntake }, registry);
  const leaveSlot = takeSlot(client, config);
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

function takeSlot(client: ConnectedClient, config: Config): () => Promise<void> {
  return keepLightSlot({
    client,
    component: 'api',
    version: packageVersion(),
    metadata: { environment: environmentOf(config), venue: config.venue },
    heartbeatTimeoutMs: config.workers.heartbeatTimeoutSeconds * 1000,
  });
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

/** Whoever trades must not be kept from it by a page that cannot be shown. */
function openPage(logger: Pick<ApiDependencies['logger'], 'error'>): Assets | undefined {
  try {
    return loadAssets();
  } catch (error) {
    logger.error({ error }, 'the page cannot be served: its files cannot be read');
    return undefined;
  }
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

/** The processes of this configuration that count something of their own, wherever they were started. */
function expectedProcesses({ ml }: Config): readonly string[] {
  return ['trading_engine', ...(ml.enabled ? ['ml_manager'] : []), 'system_monitor'];
}
