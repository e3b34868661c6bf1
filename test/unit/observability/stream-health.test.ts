import type { StreamHeartbeat } from '../../../src/messages/component';
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

test.each<[string, StreamHeartbeat | undefined, string]>([
  ['none', undefined, ''],
  ['one that no tick has needed yet', { state: 'off', forMs: 0 }, ''],
  ['a live one', { state: 'live', forMs: 61_000 }, ', candle stream live for 61 s'],
  ['one that is never opened', { state: 'off_by_configuration', forMs: 1 }, ', candle stream off by configuration'],
])('of the stream of candles is said what people need: %s', (_what, stream, text) => {
  expect(describeCandleStream(stream)).toBe(text);
});
