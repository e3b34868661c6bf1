import type { Registry } from 'prom-client';
import type { Config } from '../../config/schema';
import { environmentOf } from '../../config/trading-environment';
import { MetricsSocket } from './metrics-socket';
import { createProcessRegistry } from './process-metrics';

export interface OpenProcessMetricsOptions {
  readonly config: Config;
  /** The process's, and the value of the label `component`. */
  readonly name: string;
  /** Errors that it has logged so far; absent: it keeps no log of its own. */
  readonly errors?: () => number;
  /** Told why the API cannot be told, where it cannot. */
  readonly warn: (sentence: string) => void;
}

/** Where one process counts. */
export interface ProcessMetrics {
  readonly registry: Registry;
  /** Nobody is told any more. */
  close(): void;
}

/** Begins to count in this process, and to tell the API of its data folder. Never fails. */
export function openProcessMetrics({ config, name, errors, warn }: OpenProcessMetricsOptions): ProcessMetrics {
  const registry = createProcessRegistry({ component: name, environment: environmentOf(config), errors });
  const socket = new MetricsSocket({ dataDir: config.dataDir, name, registry, warn });
  void socket.open();
  return { registry, close: () => socket.close() };
}
