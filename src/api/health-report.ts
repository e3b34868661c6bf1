import { shortHash } from '../domain/signal-source';
import type { StreamHeartbeat } from '../messages/component';
import type { Health, PartStatus, SystemHealth } from '../observability/health';

/** In the form in which it is answered. A stream that is not live is no fault: orders are asked about instead. */
export interface VenueStreamReport {
  readonly state: string;
  readonly for_seconds: number;
  readonly last_message_at?: string;
  /** Why the last connection ended; absent while it is live. */
  readonly fault?: string;
}

/** The same of the stream of candles, since the process that reads them began. */
export interface CandleStreamReport extends VenueStreamReport {
  readonly connections?: number;
  /** Candles taken from it, those that a request has shown since, and how often the two differed. */
  readonly taken?: number;
  readonly compared?: number;
  readonly differed?: number;
}

/** What predicts; `hash` is the beginning of its file's SHA-256, as signals have it. */
export interface ModelReport {
  readonly name: string;
  readonly hash: string;
  readonly provider: string;
}

/** What `GET /health` answers. */
export interface HealthReport {
  readonly status: Health;
  /** One status per part, for example `ml_manager`. */
  readonly components: Readonly<Record<string, Health>>;
  /** Why it is not healthy, a sentence each; empty: it is. */
  readonly reasons: readonly string[];
  /** Whether signals go through the engine of this machine: `works`, or `off` and why, which is no fault; absent: not known. */
  readonly handOver?: string;
  /** How the private stream of the venue is, by the engine's last heartbeat; absent: it has none, or is not known. */
  readonly venueStream?: VenueStreamReport;
  /** How its public stream of candles is; absent: it has none, or is not known. */
  readonly candleStream?: CandleStreamReport;
  /** Absent: nobody predicts, or is not known. */
  readonly model?: ModelReport;
  /** Seconds since the program was started. */
  readonly uptime: number;
  /** The program's version. */
  readonly version: string;
}

/** What is told of how the system is. @param problem of the store, which outweighs everything */
export function reportOf(
  { status, components, details, reasons, uptimeSeconds, version }: SystemHealth,
  handOver: HealthReport['handOver'],
  problem: string | undefined,
): HealthReport {
  const shown = Object.entries(components).map(([name, part]) => [name, shownStatus(part)]);
  const all = { ...Object.fromEntries(shown), api: 'healthy' as const };
  const streams = { venueStream: venueStreamOf(details), candleStream: candleStreamOf(details) };
  const told = { components: all, uptime: uptimeSeconds, version, handOver, ...streams, model: modelOf(details) };
  return problem === undefined ? { ...told, status, reasons } : { ...told, status: 'unhealthy', reasons: [problem] };
}

function venueStreamOf(details: SystemHealth['details']): HealthReport['venueStream'] {
  const { stream } = details.find((part) => part.stream !== undefined) ?? {};
  return stream && streamReport(stream);
}

function candleStreamOf(details: SystemHealth['details']): HealthReport['candleStream'] {
  const { candleStream } = details.find((part) => part.candleStream !== undefined) ?? {};
  if (candleStream === undefined) return undefined;
  const { connections, taken, compared, differed } = candleStream;
  return { ...streamReport(candleStream), connections, taken, compared, differed };
}

function streamReport({ state, forMs, lastMessageAtMs, fault }: StreamHeartbeat): VenueStreamReport {
  const heardAt = lastMessageAtMs === undefined ? undefined : new Date(lastMessageAtMs).toISOString();
  return { state, for_seconds: Math.round(forMs / 1_000), last_message_at: heardAt, fault };
}

function modelOf(details: SystemHealth['details']): HealthReport['model'] {
  const { model } = details.find((part) => part.model !== undefined) ?? {};
  return model && { name: model.name, hash: shortHash(model.sha256), provider: model.provider };
}

/** A part that is still starting is not yet as it should be. */
function shownStatus(part: PartStatus): Health {
  return part === 'starting' ? 'degraded' : part;
}
