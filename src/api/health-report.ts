import type { Health, PartStatus, SystemHealth } from '../observability/health';

/** In the form in which it is answered. A stream that is not live is no fault: orders are asked about instead. */
export interface VenueStreamReport {
  readonly state: string;
  readonly for_seconds: number;
  readonly last_message_at?: string;
  /** Why the last connection ended; absent while it is live. */
  readonly fault?: string;
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
