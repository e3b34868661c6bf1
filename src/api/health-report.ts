type HealthStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What `GET /health` answers. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** One status per part, for example `ml_manager`. */
  readonly components: Readonly<Record<string, HealthStatus>>;
  /** Seconds since the program was started. */
  readonly uptime: number;
  /** The program's version. */
  readonly version: string;
}
