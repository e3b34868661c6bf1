import type { Health } from '../observability/health';

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
