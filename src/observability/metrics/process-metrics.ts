import { collectDefaultMetrics, Registry } from 'prom-client';
import { packageVersion } from '../../config/package-root';
import type { TradingEnvironment } from '../../domain/trading-venue';
import { memoryShare } from '../../process/memory-share';
import { counterFrom, counterOf, gaugeFrom, gaugeOf, histogramOf } from './define-metric';

/** Milliseconds; the finest delay of the event loop that is seen. */
const EVENT_LOOP_PRECISION_MS = 20;
/** Gauges that are called as if they were counters; the same by kind is in others. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export interface ProcessMetricsOptions {
  /** As its log is called. */
  readonly component: string;
  readonly environment: TradingEnvironment;
  /** Errors that it has logged so far; absent: it keeps no log of its own. */
  readonly errors?: () => number;
}

/** What every process tells of itself: Node's own figures, its release, the errors in its log. */
export function createProcessRegistry({ component, environment, errors }: ProcessMetricsOptions): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  gaugeOf(registry, 'oncefill_build_info').set({ version: packageVersion(), environment }, 1);
  gaugeFrom(registry, 'oncefill_memory_used_ratio', (gauge) => gauge.set(memoryShare()));
  if (errors) {
    counterFrom(registry, 'process_monitor_errors_total', (counter) => counter.inc({ component }, errors()));
  }
  return registry;
}

/** One run of the model took this long. */
export function inferenceTimer(registry: Registry): (tookMs: number) => void {
  const histogram = histogramOf(registry, 'oncefill_inference_seconds');
  return (tookMs) => histogram.observe(tookMs / 1_000);
}

/** Why something was started again: it left, it was killed, or it hung and was ended by the supervisor. */
const RESTART_CAUSES = ['exit', 'signal', 'hang'] as const;
export type RestartCause = (typeof RESTART_CAUSES)[number];

/** Restarts, as the supervisor sees them: who else hears of them may have been the one that died. */
export function restartCounter(
  registry: Registry,
  components: readonly string[],
): (component: string, cause: RestartCause) => void {
  const counter = counterOf(registry, 'oncefill_component_restarts_total');
  for (const component of components) {
    for (const cause of RESTART_CAUSES) counter.inc({ component, cause }, 0);
  }
  return (component, cause) => counter.inc({ component, cause });
}
