import type { Logger } from '@temporalio/common';
import type { StreamHeartbeat } from '../src/messages/component';
import type { CandleStream } from '../src/venues/candle-stream';
import type { Venue } from '../src/venues/venue';

/** What a process does with its venue's public stream of candles. */
export interface HeardCandles {
  /** Absent: the venue has none, or it is not wanted. */
  readonly stream?: CandleStream;
  /** Absent: the venue has none. */
  readonly heartbeat?: () => StreamHeartbeat;
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
  const heartbeat = (): StreamHeartbeat => {
    const { phase: state, forMs, lastMessageAtMs, fault } = stream.report();
    return { state, forMs, lastMessageAtMs, fault };
  };
  return { stream, heartbeat };
}
