import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { StreamPhase } from '../domain/venue-stream/session';

export const COMPONENT_WORKFLOW_TYPE = 'component';

/** The memo field that names the holder: readable while no worker runs. */
export const HOLDER_MEMO = 'holder';

/** Names of the parts, as users of the older bots know them. */
export const COMPONENTS = ['trading_engine', 'ml_manager', 'api', 'system_monitor'] as const;
export type ComponentName = (typeof COMPONENTS)[number];

/** Who holds a component's slot. */
export interface ComponentHolder {
  readonly component: string;
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  /** Tells the process apart from a later one with its number, where the system offers that. */
  readonly birth?: string;
  readonly startedAtMs: number;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a process says of itself at every heartbeat. */
export interface ComponentHeartbeat {
  readonly atMs: number;
  readonly status: 'running' | 'idle' | 'busy' | 'error';
  readonly activeTasks: number;
  readonly memoryBytes: number;
  readonly cpuShare: number;
  /** What is wrong now as this process sees it, a sentence each; absent in older heartbeats. At most PROBLEMS_MAX. */
  readonly problems?: readonly string[];
  /** What kind each of them is, in the same order, for programs; absent in older heartbeats. */
  readonly problemCodes?: readonly string[];
  /** Memory in use, as a part of what may be used: 1 is the end; absent in older heartbeats. */
  readonly memoryShare?: number;
  /** How the venue's private stream is; absent in older heartbeats, and of a process that has none. */
  readonly stream?: StreamHeartbeat;
  /** How the venue's public stream of candles is; absent in older heartbeats, and of a process that has none. */
  readonly candleStream?: CandleStreamHeartbeat;
  /** What predicts in this process now; absent in older heartbeats, and of a process that has no model. */
  readonly model?: ModelHeartbeat;
}

/** Of a venue's stream; `off_by_configuration`: it is never opened. */
export interface StreamHeartbeat {
  readonly state: StreamPhase | 'off_by_configuration';
  /** How long it has been in this state, milliseconds. */
  readonly forMs: number;
  /** UTC milliseconds; absent: nothing came since the start. */
  readonly lastMessageAtMs?: number;
  /** Why the last connection ended; absent while it is live. */
  readonly fault?: string;
}

/** The same of the stream of candles, which requests are compared with. */
export interface CandleStreamHeartbeat extends StreamHeartbeat {
  /** How often it became live since the start; absent in older heartbeats, and where it is never opened. */
  readonly connections?: number;
  /** Candles that were taken from it, those of them that a request has shown since, and how often the two differed. */
  readonly taken?: number;
  readonly compared?: number;
  readonly differed?: number;
}

/** The model that predicts, for people. */
export interface ModelHeartbeat {
  /** Its name and version, or the configured file. */
  readonly name: string;
  /** Of its file, lower-case hex. */
  readonly sha256: string;
  /** What it runs on. */
  readonly provider: string;
}

/** A heartbeat tells of at most this many problems. */
export const PROBLEMS_MAX = 10;

export interface ComponentWorkflowInput {
  readonly holder: ComponentHolder;
  readonly processTaskQueue: string;
  readonly heartbeatTimeoutMs: number;
}

/** How a slot is held; how well its process does is health, and no part of it. */
export interface ComponentSlot extends ComponentHolder {
  readonly state: 'up' | 'lost' | 'stopped';
}

export const componentHealthQuery = defineQuery<ComponentSlot>('health');
/** The process leaves on purpose: its slot is free at once. */
export const unregisterSignal = defineSignal('unregister');
