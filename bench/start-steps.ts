/** Where the processes of a measured start leave their phases: a line of JSON each, in the data folder. */
export const PHASES_FILE = 'start-phases.jsonl';

/** Something that one process did between two moments, milliseconds UTC. */
export interface Phase {
  /** The command, or the component that a worker serves. */
  readonly process: string;
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Processor time that the process had used by the end; only with `ready`. */
  readonly cpuMs?: number;
}

/** What is timed: module below dist, the function that it exports, and the words for people. */
export const STEPS: readonly (readonly [module: string, exported: string, what: string])[] = [
  ['src/cli/command-config', 'loadCommandConfig', 'configuration'],
  ['src/supervisor/orphans', 'awaitOrphans', 'what an earlier start left'],
  ['src/temporal/server-binary', 'findTemporalServer', "the server's program checked"],
  ['src/temporal/embedded-server', 'startEmbeddedServer', 'Temporal server until it serves'],
  ['src/temporal/own-store', 'assertOwnStore', 'whose store it is'],
  ['src/temporal/namespace', 'ensureNamespace', 'namespace'],
  ['src/temporal/search-attributes', 'ensureSearchAttributes', 'search attributes'],
  ['src/temporal/codec/key-marks', 'claimHistoryKeys', 'history keys'],
  ['src/temporal/connection', 'connectNative', 'connection'],
  ['workers/engine', 'openEngine', 'engine and venue'],
  ['workers/claim-environment', 'claimEnvironment', 'environment'],
  ['src/temporal/registration', 'register', 'slot'],
  ['src/inference/session', 'loadModel', 'model'],
  ['src/temporal/worker', 'createWorker', 'worker created'],
  ['workers/former-account', 'moveFormerAccount', 'former account'],
  ['workers/entities', 'ensureVenueAccount', "the venue's account"],
  ['src/api/start-api', 'startApi', 'HTTP server'],
  ['src/supervisor/health-wait', 'waitUntilHealthy', 'all parts until healthy'],
];
