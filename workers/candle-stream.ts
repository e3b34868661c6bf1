import type { Logger } from '@temporalio/common';
import type { Registry } from 'prom-client';
import type { CandleStreamHeartbeat } from '../src/messages/component';
import { tellCandleStream } from '../src/observability/metrics/stream-metrics';
import type { PushedFigures } from '../src/trading/kept-candles';
import type { CandleStream } from '../src/venues/candle-stream';
import type { Venue } from '../src/venues/venue';

/** What a process does with its venue's public stream of candles. */
export interface HeardCandles {
  /** Absent: the venue has none, or it is not wanted. */
  readonly stream?: CandleStream;
  /** Absent: the venue has none. */
  readonly heartbeat?: () => CandleStreamHeartbeat;
}

/**
 * Says in the log when the stream comes and goes. It opens with the first candles that are read for the model, and ends with the venue.
 *
 * @param isWanted false: it is never opened
 */
export function hearCandles(
  { candleStream: stream, name }: Pick<Venue, 'candleStream' | 'name'>,
  logger: Logger,
  isWanted = true,
): HeardCandles {
  if (stream === undefined) return {};
  if (!isWanted) {
    const sinceMs = performance.now();
    return { heartbeat: () => ({ state: 'off_by_configuration', forMs: performance.now() - sinceMs }) };
  }
  stream.onGap(() => logger.info(`The public stream of ${name} tells of candles.`));
  stream.onSilence(() => {
    const { fault = 'it was closed', phase } = stream.report();
    if (phase === 'closed') return;
    logger.info(`The public stream of ${name} is not there, because ${fault}; candles are asked for instead.`);
  });
  const heartbeat = (): CandleStreamHeartbeat => {
    const { phase: state, forMs, lastMessageAtMs, fault, connections } = stream.report();
    return { state, forMs, lastMessageAtMs, fault, connections };
  };
  return { stream, heartbeat };
}

/**
 * The same with what came of the candles that it told, which whoever reads candles knows.
 *
 * @param registry where it is told how the stream is; absent: nowhere
 */
export function compareCandles(
  { stream, heartbeat }: HeardCandles,
  exchange: string,
  figures: () => PushedFigures,
  registry?: Registry,
): HeardCandles {
  if (stream === undefined) return heartbeat === undefined ? {} : { heartbeat };
  if (registry) tellCandleStream(registry, exchange, () => ({ ...stream.report(), ...figures() }));
  return { stream, ...(heartbeat && { heartbeat: () => ({ ...heartbeat(), ...figures() }) }) };
}
