import { reportOf } from '../../../src/api/health-report';
import { presentHealth } from '../../../src/api/status-routes';
import type { SystemHealth } from '../../../src/observability/health';

const HEALTH: SystemHealth = {
  status: 'healthy',
  components: { trading_engine: 'healthy', ml_manager: 'starting' },
  details: [],
  reasons: [],
  uptimeSeconds: 60,
  version: '1.0.0',
  atMs: 0,
};

function told(details: SystemHealth['details']) {
  return JSON.parse(JSON.stringify(presentHealth(reportOf({ ...HEALTH, details }, undefined, undefined)))) as object;
}

test('both streams of the venue and the model that predicts are told, by whichever part has them', () => {
  const stream = { state: 'live', forMs: 61_000, lastMessageAtMs: Date.UTC(2026, 10, 29) } as const;
  const candleStream = { ...stream, connections: 2, taken: 30, compared: 16, differed: 1 };
  const model = { name: 'quantiles 2', sha256: `0123456789abcdef${'0'.repeat(48)}`, provider: 'cpu' };
  const part = { status: 'healthy', text: '' } as const;
  const details = [
    { ...part, name: 'trading_engine', stream, candleStream },
    { ...part, name: 'ml_manager', model },
  ];
  const streamTold = { state: 'live', for_seconds: 61, last_message_at: '2026-11-29T00:00:00.000Z' };
  expect(told(details)).toMatchObject({
    components: { trading_engine: 'healthy', ml_manager: 'degraded', api: 'healthy' },
    venue_stream: streamTold,
    candle_stream: { ...streamTold, connections: 2, taken: 30, compared: 16, differed: 1 },
    model: { name: 'quantiles 2', hash: '0123456789abcdef', provider: 'cpu' },
  });
});

test('of what no part has nothing is told', () => {
  expect(Object.keys(told([]))).toEqual(['status', 'components', 'reasons', 'uptime', 'version']);
});
