import type { FastifyInstance } from 'fastify';
import { packageVersion } from '../config/package-root';
import { shareInFlight } from './bounded';
import { callerOf } from './token-guard';
import { ApiError } from './errors';
import { HEALTH_PATH } from './open-routes';
import type { HealthReport } from './health-report';

/** Longest a probe waits; load balancers give up after about as long. */
const PROBE_TIMEOUT_MS = 5_000;

/** Named here, so that no other format is ever declared. */
export const METRICS_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

const UNKNOWN = 'How the parts are cannot be told: the question failed, see the log of the API.';

/**
 * `GET /health`: 200 while healthy or degraded, 503 when unhealthy, always with a report as its body. If the question
 * fails, the answer is unhealthy: what cannot be known is not well. Who shows no token where one is needed, such as a load
 * balancer, is told the status alone.
 */
export function addHealthRoute(server: FastifyInstance, health: () => Promise<HealthReport>): void {
  const ask = shareInFlight(health, PROBE_TIMEOUT_MS);
  const version = packageVersion();
  server.get(HEALTH_PATH, async (request, reply) => {
    const report = await ask().catch((error: unknown): HealthReport => {
      request.log.error({ error }, 'health cannot be told');
      return { status: 'unhealthy', components: {}, reasons: [UNKNOWN], uptime: Math.floor(process.uptime()), version };
    });
    const { status } = report;
    return reply.code(status === 'unhealthy' ? 503 : 200).send(callerOf(request) ? presentHealth(report) : { status });
  });
}

/** The body of `GET /health` for those who may know the whole. */
export function presentHealth({ handOver, venueStream, candleStream, ...others }: HealthReport) {
  const { status, components, reasons, model, uptime, version } = others;
  const streams = { venue_stream: venueStream, candle_stream: candleStream };
  return { status, components, reasons, hand_over: handOver, ...streams, model, uptime, version };
}

/** `GET /metrics` in Prometheus' text format 0.0.4, whatever the caller asks for: OpenMetrics would rename known metrics. */
export function addMetricsRoute(server: FastifyInstance, metrics: () => Promise<string>): void {
  const ask = shareInFlight(metrics, PROBE_TIMEOUT_MS);
  server.get('/metrics', async (request, reply) => {
    const text = await ask().catch((error: unknown) => {
      request.log.error({ error }, 'metrics cannot be collected');
      throw new ApiError('METRICS_UNAVAILABLE');
    });
    return reply.type(METRICS_FORMAT).send(text);
  });
}
