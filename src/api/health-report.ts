import type { Health } from '../observability/health';

/** What `GET /health` answers. */
export interface HealthReport {
  readonly status: Health;
  /** One status per part, for example `ml_manager`. */
  readonly components: Readonly<Record<string, Health>>;
  /** Why it is not healthy, a sentence each; empty: it is. */
  readonly reasons: readonly string[];
  /** Whether signals go through the engine of this machine: `works`, or `off` and why, which is no fault; absent: not known. */
  readonly handOver?: string;
  /** Seconds since the program was started. */
  readonly uptime: number;
  /** The program's version. */
  readonly version: string;
}
