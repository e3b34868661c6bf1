import { basename } from 'node:path';
import { packageVersion } from '../src/config/package-root';
import type { ModelHeartbeat } from '../src/messages/component';
import { MONITOR_TASK_QUEUE } from '../src/messages/ids';
import type { ServedModel } from '../src/messages/ml-manager';
import { emitProcessEvent } from '../src/process/process-events';
import { queueForSlots } from '../src/temporal/monitor-queue';
import { register, type Registration } from '../src/temporal/registration';
import type { Engine } from './engine';
import type { ModelKeeper } from './model-keeper';

/**
 * Registers the process under a name of which the server allows one.
 *
 * @param isMonitored whether a system monitor starts beside it; false: where one runs, it is used
 * @returns undefined: another process has it, which a person is told
 */
export async function takeSlot(
  component: string,
  isMonitored: boolean,
  engine: Engine,
  keeper: ModelKeeper | undefined,
): Promise<Registration | undefined> {
  const { config, client } = engine;
  const result = await register({
    client,
    component,
    version: packageVersion(),
    metadata: {
      environment: engine.venueConfig.environment,
      venue: config.venue,
      ...(keeper && aboutModel(keeper, config.ml.model)),
    },
    heartbeatTimeoutMs: config.workers.heartbeatTimeoutSeconds * 1000,
    taskQueue: isMonitored ? MONITOR_TASK_QUEUE : await queueForSlots(client),
  });
  if (result.status === 'registered') return result.registration;
  const { holder } = result;
  const who = holder
    ? `process ${holder.pid} on ${holder.host} has been the ${component} since ${new Date(holder.startedAtMs).toISOString()}`
    : `another process is the ${component}`;
  emitProcessEvent({ kind: 'superseded', component, text: `Not started: ${who}.` });
  return undefined;
}

/** What a process tells of itself with each heartbeat. */
export function slotNews({ problems, stream, candles, config }: Engine, keeper: ModelKeeper | undefined) {
  return {
    problems: () => problems.list(),
    problemCodes: () => problems.codes(),
    stream: stream.heartbeat,
    candleStream: candles.heartbeat,
    ...(keeper && { model: () => modelNow(keeper, config.ml.model) }),
  };
}

/** What predicts now: it may be another one than the process registered with. */
function modelNow({ model, served }: ModelKeeper, configured: string): ModelHeartbeat {
  return { name: modelName(served, configured), sha256: served.sha256, provider: model.provider };
}

/** What is registered of a model, for people. */
function aboutModel({ model, served }: ModelKeeper, configured: string): Readonly<Record<string, string>> {
  const refused = model.refusedProviders.map(({ provider, reason }) => `${provider} (${reason})`).join(', ');
  return { model: modelName(served, configured), provider: model.provider, ...(refused !== '' && { refused }) };
}

function modelName({ from, name, version }: ServedModel, configured: string): string {
  return from === 'loaded' ? `${name} ${version}` : basename(configured);
}
