import type { CandleStreamHeartbeat, StreamHeartbeat } from '../../../src/messages/component';
import { describeCandleStream, describeStream } from '../../../src/observability/stream-health';

test.each<[string, StreamHeartbeat | undefined, string]>([
  ['no stream', undefined, ''],
  ['a live one', { state: 'live', forMs: 61_000 }, ', stream live for 61 s'],
  [
    'one that is not there',
    { state: 'waiting', forMs: 2_000, fault: 'the connection failed' },
    ', stream not live (waiting) for 2 s because the connection failed',
  ],
  [
    'one that is never opened, however long that is so',
    { state: 'off_by_configuration', forMs: 5_000 },
    ', stream off by configuration',
  ],
])('of %s is said what people need', (_what, stream, text) => {
  expect(describeStream(stream)).toBe(text);
});

test.each<[string, CandleStreamHeartbeat | undefined, string]>([
  ['none', undefined, ''],
  ['one that no tick has needed yet', { state: 'off', forMs: 0 }, ''],
  ['a live one', { state: 'live', forMs: 61_000 }, ', candle stream live for 61 s'],
  [
    'one that came back, and agrees with all requests',
    { state: 'live', forMs: 61_000, connections: 3, taken: 480, compared: 450, differed: 0 },
    ', candle stream live for 61 s, 3 connections, 480 candles taken, 450 compared with requests: no difference',
  ],
  [
    'one that said something else than a request',
    { state: 'waiting', forMs: 2_000, fault: 'it fell silent', connections: 1, taken: 20, compared: 15, differed: 1 },
    ', candle stream not live (waiting) for 2 s because it fell silent, 20 candles taken, 15 compared with requests: 1 difference',
  ],
  ['one that is never opened', { state: 'off_by_configuration', forMs: 1 }, ', candle stream off by configuration'],
])('of the stream of candles is said what people need: %s', (_what, stream, text) => {
  expect(describeCandleStream(stream)).toBe(text);
});
