import type { Config } from '../config/schema';
import { tradingVenueOf } from '../config/trading-environment';
import type { ComponentName } from '../messages/component';
import type { KeyUser } from '../temporal/codec/key-marks';
import {
  ENTITIES_TASK_QUEUE,
  INFERENCE_TASK_QUEUE,
  MONITOR_TASK_QUEUE,
  SIGNALS_TASK_QUEUE,
  venueTaskQueue,
} from '../messages/ids';

/**
 * What one `start` runs: `ml` inference and the ML manager, `core` the trading engine (and the paper venue), `api` the HTTP
 * API, `all` everything. Parts of one system may be started by several commands, on one machine or on many.
 */
export const START_MODES = ['all', 'ml', 'core', 'api'] as const;
export type StartMode = (typeof START_MODES)[number];

/** Every part has a slot and heartbeats; the paper venue's is for people to see: it stands for somebody else's machine. */
export type ProcessName = ComponentName | 'paper_venue';

/** One process to run, as arguments of `oncefill`. */
export interface PlannedProcess {
  readonly name: ProcessName;
  /** The beginning of its files' names: every start on a data folder has a monitor of its own. */
  readonly filesName: string;
  readonly arguments: readonly string[];
  /** Options of Node's own; absent: none. What the user gave `node` counts more. */
  readonly nodeOptions?: readonly string[];
  /** Share of the stopping time it may use, relative to the others: the engine finishes the orders in its hands. */
  readonly stopWeight: number;
}

/**
 * Room for new objects, MiB, of processes that mostly wait: at Node's own 16 they keep tens of megabytes that they filled once, at
 * their start.
 */
const youngHeap = (mebibytes: number): readonly string[] => [`--max-semi-space-size=${mebibytes}`];

const MODES_OF_PROCESS: Readonly<Record<ProcessName, readonly StartMode[]>> = {
  paper_venue: ['all', 'core'],
  trading_engine: ['all', 'core'],
  ml_manager: ['all', 'ml'],
  api: ['all', 'api'],
  system_monitor: START_MODES,
};

/** The modes of which a data folder runs one command at a time; `all` counts as each of the others. */
export const LOCKS_OF_MODE: Readonly<Record<StartMode, readonly StartMode[]>> = {
  all: ['core', 'ml', 'api'],
  core: ['core'],
  ml: ['ml'],
  api: ['api'],
};

function workerArguments(component: ProcessName, taskQueues: readonly string[]): readonly string[] {
  // A monitor starts beside it.
  return ['worker', '--component', component, '--monitored', ...taskQueues.flatMap((queue) => ['--task-queue', queue])];
}

function isWanted(name: ProcessName, mode: StartMode, config: Config): boolean {
  if (!MODES_OF_PROCESS[name].includes(mode)) return false;
  if (name === 'paper_venue') return config.venues[config.venue]?.environment === 'paper';
  return name !== 'ml_manager' || config.ml.enabled;
}

function filesNameOf(name: ProcessName, mode: StartMode): string {
  return name === 'system_monitor' && mode !== 'all' ? `${name}-${mode}` : name;
}

/** The processes of a mode in the order of their start, which is the reverse of the order in which they stop. */
export function planProcesses(mode: StartMode, config: Config): readonly PlannedProcess[] {
  const engineQueues = [SIGNALS_TASK_QUEUE, ENTITIES_TASK_QUEUE, venueTaskQueue(tradingVenueOf(config))];
  const processes: readonly Omit<PlannedProcess, 'filesName'>[] = [
    { name: 'paper_venue', arguments: ['paper-venue'], nodeOptions: youngHeap(2), stopWeight: 1 },
    {
      name: 'system_monitor',
      arguments: workerArguments('system_monitor', [MONITOR_TASK_QUEUE]),
      nodeOptions: youngHeap(1),
      // It stops after those whose registrations it ends.
      stopWeight: 1,
    },
    { name: 'trading_engine', arguments: workerArguments('trading_engine', engineQueues), stopWeight: 4 },
    { name: 'ml_manager', arguments: workerArguments('ml_manager', [INFERENCE_TASK_QUEUE]), stopWeight: 2 },
    { name: 'api', arguments: ['api'], stopWeight: 1 },
  ];
  const wanted = processes.filter((planned) => isWanted(planned.name, mode, config));
  return wanted.map((planned) => ({ ...planned, filesName: filesNameOf(planned.name, mode) }));
}

/** Only a start with an engine may teach the namespace a key of histories: others would seal what no engine can read. */
export function keyUserOfPlan(plan: readonly Pick<PlannedProcess, 'name'>[]): KeyUser {
  return plan.some(({ name }) => name === 'trading_engine') ? 'engine' : 'other';
}
