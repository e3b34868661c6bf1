import { hearCandles } from '../../../workers/candle-stream';

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
