import type { Registry } from 'prom-client';
import type { StreamPhase } from '../../domain/venue-stream/session';
import { counterFrom, gaugeFrom } from './define-metric';

/** What of a venue's stream is told in metrics. */
export interface StreamFigures {
  readonly phase: StreamPhase;
  /** UTC milliseconds; absent: nothing came yet. */
  readonly lastMessageAtMs?: number;
  readonly connections: number;
}

/** Tells how the private stream of a venue is, whenever it is asked. */
export function tellStream(registry: Registry, exchange: string, read: () => StreamFigures): void {
  gaugeFrom(registry, 'oncefill_venue_stream_connected', (gauge) => {
    gauge.set({ exchange }, read().phase === 'live' ? 1 : 0);
  });
  gaugeFrom(registry, 'oncefill_venue_stream_last_message_timestamp_seconds', (gauge) => {
    const { lastMessageAtMs } = read();
    if (lastMessageAtMs !== undefined) gauge.set({ exchange }, lastMessageAtMs / 1_000);
  });
  counterFrom(registry, 'oncefill_venue_stream_connections_total', (counter) => {
    counter.inc({ exchange }, read().connections);
  });
}

/** What of a venue's stream of candles is told beside it, since the start of the process. */
export interface CandleStreamFigures extends StreamFigures {
  /** Candles that were taken from it. */
  readonly taken: number;
  /** Of these, those that a request has shown since. */
  readonly compared: number;
  /** Times that the stream and a request said different things. */
  readonly differed: number;
}

/** Tells how the public stream of candles is, and how it compares with requests, whenever it is asked. */
export function tellCandleStream(registry: Registry, exchange: string, read: () => CandleStreamFigures): void {
  gaugeFrom(registry, 'oncefill_candle_stream_connected', (gauge) => {
    gauge.set({ exchange }, read().phase === 'live' ? 1 : 0);
  });
  gaugeFrom(registry, 'oncefill_candle_stream_last_message_timestamp_seconds', (gauge) => {
    const { lastMessageAtMs } = read();
    if (lastMessageAtMs !== undefined) gauge.set({ exchange }, lastMessageAtMs / 1_000);
  });
  counterFrom(registry, 'oncefill_candle_stream_connections_total', (counter) => {
    counter.inc({ exchange }, read().connections);
  });
  counterFrom(registry, 'oncefill_candle_stream_candles_total', (counter) => {
    const { taken, compared, differed } = read();
    counter.inc({ exchange, result: 'taken' }, taken);
    counter.inc({ exchange, result: 'compared' }, compared);
    counter.inc({ exchange, result: 'differed' }, differed);
  });
}
