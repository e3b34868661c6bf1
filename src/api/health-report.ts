import type { Health } from '../observability/health';

/** What `GET /health` answers. */
export interface HealthReport {
  readonly status: Health;
  /** One status per part, for example `ml_manager`. */
  readonly components: Readonly<Record<string, Health>>;
  /** Seconds since the program was started. */
  readonly uptime: number;
  /** The program's version. */
  readonly version: string;
}
