import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import { packageVersion } from '../config/package-root';
import { shortHash } from '../domain/signal-source';
import type { ComponentHeartbeat } from '../messages/component';
import { componentWorkflowId } from '../messages/ids';
import { askThisMachine } from '../net/ask-this-machine';
import {
  CHECK_TIMEOUT_MS,
  describeFaults,
  type FaultsInForce,
  reason,
  reasonsOf,
  SLOTLESS_TEXTS,
  unhealthy,
  VITAL_PARTS,
  withOneEndOfBan,
  type Health,
  type PartHealth,
  type PartStatus,
} from './part-health';
import { explainByEngine } from './engine-start';
import { positionsHealth } from './positions-health';
import { describeCandleStream, describeStream } from './stream-health';
import { lateAfterMs, listSlots, readSlot, type SlotReading } from './slots';
import { accountHealth, predictionsHealth, signalsHealth } from './trading-health';

export { reasonsOf, type Health, type PartHealth, type PartStatus } from './part-health';

/** A server that takes longer for the simplest question holds up every order. */
const SERVER_SLOW_MS = 1_000;
const ML_PART = 'ml_manager';

/** What the server and the venue say of every part; never what this process remembers. */
export interface SystemHealth {
  readonly status: Health;
  readonly components: Readonly<Record<string, PartStatus>>;
  readonly details: readonly PartHealth[];
  /** Why it is not healthy, a sentence each; empty: it is. */
  readonly reasons: readonly string[];
  /** Since the oldest running component took its slot. */
  readonly uptimeSeconds: number;
  readonly version: string;
  /** When it was read, UTC, milliseconds: ages in it are of then. */
  readonly atMs: number;
}

/**
 * Asks everybody at once. Never throws: a part that cannot be asked is unhealthy.
 *
 * @param components whose registrations to read; absent: those that this configuration runs
 */
export async function readHealth(
  client: Client,
  config: Config,
  components?: readonly string[],
): Promise<SystemHealth> {
  const names = components ?? (config.ml.enabled ? ['trading_engine', ML_PART] : ['trading_engine']);
  const parts = [
    serverHealth(client, config),
    ...(components === undefined ? [monitorHealth(client, config)] : []),
    ...names.map((name) => componentHealth(client, config, name)),
    accountHealth(client, config),
    signalsHealth(client),
    ...(names.includes(ML_PART) ? [predictionsHealth(client)] : []),
  ];
  if (config.venues[config.venue]?.environment === 'paper') parts.push(paperVenueHealth(config));
  const [positions, ...asked] = await Promise.all([positionsHealth(client, config), ...parts]);
  const details = explainByEngine(positions ? [...asked, positions] : asked, Date.now());
  const startedAtMs = Math.min(...details.map((part) => part.startedAtMs ?? Date.now()));
  return {
    status: overall(details),
    components: Object.fromEntries(details.map((part) => [part.name, part.status])),
    details,
    reasons: withOneEndOfBan(details.flatMap(reasonsOf)),
    uptimeSeconds: Math.max(0, Math.floor((Date.now() - startedAtMs) / 1000)),
    version: packageVersion(),
    atMs: Date.now(),
  };
}

/** No orders without a server, an engine and an account; without the rest, fewer of them. */
function overall(parts: readonly PartHealth[]): Health {
  const isVital = (part: PartHealth): boolean => VITAL_PARTS.includes(part.name);
  if (parts.some((part) => part.status === 'unhealthy' && isVital(part))) return 'unhealthy';
  return parts.every((part) => part.status === 'healthy') ? 'healthy' : 'degraded';
}

async function serverHealth(client: Client, config: Config): Promise<PartHealth> {
  const { namespace } = config.temporal;
  const name = 'temporal';
  const askedAtMs = performance.now();
  try {
    await client.withDeadline(Date.now() + CHECK_TIMEOUT_MS, () =>
      client.workflowService.describeNamespace({ namespace }),
    );
    const tookMs = Math.round(performance.now() - askedAtMs);
    if (tookMs <= SERVER_SLOW_MS) return { name, status: 'healthy', text: `namespace ${namespace}` };
    return { name, status: 'degraded', text: `namespace ${namespace}, slow: it took ${tookMs} ms to answer` };
  } catch (error) {
    return unhealthy(name, `does not answer: ${reason(error)}`);
  }
}

async function componentHealth(client: Client, config: Config, name: string): Promise<PartHealth> {
  try {
    const slot = await readSlot(client, componentWorkflowId(name));
    if (slot === undefined) return unhealthy(name, SLOTLESS_TEXTS.never);
    return slot.isHeld ? describeSlot(name, slot, config) : unhealthy(name, SLOTLESS_TEXTS.left);
  } catch (error) {
    return unhealthy(name, reason(error));
  }
}

/** Any of those that run will do. */
async function monitorHealth(client: Client, config: Config): Promise<PartHealth> {
  const name = 'system_monitor';
  try {
    const ids = (await listSlots(client)).filter((id) => id.startsWith(componentWorkflowId(`${name}@`)));
    const slots = await Promise.all(ids.map((id) => readSlot(client, id)));
    const parts = slots.flatMap((slot) => (slot?.isHeld ? [describeSlot(name, slot, config)] : []));
    const text =
      'none runs: nobody notices elsewhere when a process hangs; "oncefill worker --task-queue monitor" is one';
    return parts.find(({ status }) => status === 'healthy') ?? parts[0] ?? { name, status: 'starting', text };
  } catch (error) {
    return unhealthy(name, reason(error));
  }
}

function describeSlot(name: string, { holder, heartbeat }: SlotReading, config: Config): PartHealth {
  const who = { name, pid: holder?.pid, host: holder?.host, startedAtMs: holder?.startedAtMs };
  if (!heartbeat) return { ...who, status: 'starting', text: 'no heartbeat yet' };
  const heartbeatAgeMs = Math.max(0, Date.now() - heartbeat.atMs);
  const late = heartbeatAgeMs > lateAfterMs(config.workers.heartbeatTimeoutSeconds * 1000);
  const memory = `${Math.round(heartbeat.memoryBytes / 1024 ** 2)} MiB`;
  const tasks = `${heartbeat.activeTasks} ${heartbeat.activeTasks === 1 ? 'task' : 'tasks'}`;
  const where = holder?.host === undefined ? '' : ` on ${holder.host}`;
  const ageSeconds = Math.round(heartbeatAgeMs / 1000);
  const modelText = describeModel(heartbeat, holder?.metadata['provider']);
  const text = `${heartbeat.status}, ${tasks}, ${memory}${modelText}, heartbeat ${ageSeconds} s ago${where}`;
  const itsProblems = heartbeat.problems ?? [];
  const silence = `${name}${where} has sent no heartbeat for ${ageSeconds} s: it hangs, or its machine has no time for it`;
  const problems = late ? [silence, ...itsProblems] : itsProblems;
  const isWell = heartbeat.status !== 'error' && problems.length === 0;
  return {
    ...who,
    heartbeatAgeMs,
    status: isWell ? 'healthy' : 'degraded',
    text: [text + describeStream(heartbeat.stream) + describeCandleStream(heartbeat.candleStream), ...problems].join(
      '. ',
    ),
    problems,
    memoryShare: heartbeat.memoryShare,
    stream: heartbeat.stream,
    candleStream: heartbeat.candleStream,
    model: heartbeat.model,
    ownProblems: heartbeat.problemCodes?.map((code, index) => ({ code, sentence: itsProblems[index] ?? code })),
  };
}

/** @param registered what the model of an older release runs on */
function describeModel({ model }: ComponentHeartbeat, registered: string | undefined): string {
  if (model !== undefined) return `, its model ${model.name} (${shortHash(model.sha256)}) on ${model.provider}`;
  return registered === undefined ? '' : `, its model on ${registered}`;
}

/** A bad day that somebody gave it is meant, and is no trouble of ours: it is said, and changes no health. */
async function faultsText(url: string): Promise<string> {
  const { status, body } = await askThisMachine(`${url}/paper/faults`, CHECK_TIMEOUT_MS);
  if (status !== 200) return '';
  const { plan } = JSON.parse(body) as { readonly plan?: FaultsInForce };
  return plan === undefined ? '' : describeFaults(plan);
}

async function paperVenueHealth(config: Config): Promise<PartHealth> {
  const name = 'paper_venue';
  const url = `http://127.0.0.1:${config.paperVenue.port}`;
  try {
    const { status } = await askThisMachine(`${url}/paper/audit?summary=1`, CHECK_TIMEOUT_MS);
    if (status !== 200) return unhealthy(name, `${url} answered HTTP ${status}`);
    return { name, status: 'healthy', text: `${url}${await faultsText(url)}` };
  } catch (error) {
    return unhealthy(name, `${url} does not answer: ${reason(error)}`);
  }
}
