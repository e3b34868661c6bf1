import { Registry } from 'prom-client';
import { compareCandles, hearCandles } from '../../../workers/candle-stream';

const LOGGER = { info: () => undefined } as never;

function stubStream() {
  const report = { phase: 'live', forMs: 5, connections: 1 };
  return { report: () => report, onGap: () => undefined, onSilence: () => undefined };
}

test('a stream of candles is used, and how it is can be told', () => {
  const stream = stubStream();
  const heard = hearCandles({ name: 'bybit', candleStream: stream as never }, LOGGER);
  expect(heard.stream).toBe(stream);
  expect(heard.heartbeat?.()).toMatchObject({ state: 'live', forMs: 5 });
});

test('one that is switched off is used by nobody, and said to be off by configuration', () => {
  const heard = hearCandles({ name: 'bybit', candleStream: stubStream() as never }, LOGGER, false);
  expect(heard.stream).toBeUndefined();
  expect(heard.heartbeat?.()).toMatchObject({ state: 'off_by_configuration' });
});

test('a venue without one is said nothing of', () => {
  expect(hearCandles({ name: 'other' }, LOGGER)).toEqual({});
});

test('what came of its candles is told with it, in heartbeats and in metrics', async () => {
  const registry = new Registry();
  const heard = hearCandles({ name: 'bybit', candleStream: stubStream() as never }, LOGGER);
  const figures = { taken: 30, compared: 16, differed: 1 };
  const compared = compareCandles(heard, 'bybit', () => figures, registry);
  expect(compared.heartbeat?.()).toMatchObject({ state: 'live', connections: 1, ...figures });
  const text = await registry.metrics();
  expect(text).toContain('oncefill_candle_stream_connected{exchange="bybit"} 1');
  expect(text).toContain('oncefill_candle_stream_connections_total{exchange="bybit"} 1');
  for (const [result, count] of Object.entries(figures)) {
    expect(text).toContain(`oncefill_candle_stream_candles_total{exchange="bybit",result="${result}"} ${count}`);
  }
});

test('of a stream that is not opened no metric is told', async () => {
  const registry = new Registry();
  const off = hearCandles({ name: 'bybit', candleStream: stubStream() as never }, LOGGER, false);
  const compared = compareCandles(off, 'bybit', () => ({ taken: 0, compared: 0, differed: 0 }), registry);
  expect(compared.stream).toBeUndefined();
  expect(compared.heartbeat?.()).toMatchObject({ state: 'off_by_configuration' });
  expect(await registry.metrics()).not.toContain('candle_stream');
});
