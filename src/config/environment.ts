/** A setting that an environment variable (or a line of `.env`) may set. */
export interface EnvironmentVariable {
  readonly name: string;
  /** The setting's path in the configuration, for example `api.port`. */
  readonly path: string;
}

/** Environment variables that set a setting. Units are those of the setting. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  { name: 'DATA_DIR', path: 'dataDir' },
  { name: 'LOG_LEVEL', path: 'logging.level' },
  { name: 'API_PORT', path: 'api.port' },
  { name: 'HOOKS_PORT', path: 'hooks.port' },
  { name: 'PAPER_VENUE_PORT', path: 'paperVenue.port' },
  { name: 'TEMPORAL_ADDRESS', path: 'temporal.address' },
  { name: 'TEMPORAL_NAMESPACE', path: 'temporal.namespace' },
  { name: 'TEMPORAL_PORT', path: 'temporal.port' },
  { name: 'TEMPORAL_UI_PORT', path: 'temporal.uiPort' },
  { name: 'SIGNAL_DEDUP_WINDOW', path: 'signals.dedupWindowSeconds' },
  { name: 'RATE_LIMIT_SAFETY_MARGIN', path: 'rateLimits.safetyMargin' },
  { name: 'BALANCE_UPDATE_INTERVAL', path: 'balances.updateIntervalSeconds' },
  { name: 'WORKER_HEARTBEAT_TIMEOUT', path: 'workers.heartbeatTimeoutSeconds' },
  { name: 'ONNX_EXECUTION_PROVIDERS', path: 'ml.executionProviders' },
  { name: 'MONITOR_ALERT_THRESHOLD', path: 'alerts.errorsPerMinute' },
];
