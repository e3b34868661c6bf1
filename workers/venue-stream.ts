import type { Logger } from '@temporalio/common';
import type { Registry } from 'prom-client';
import type { StreamHeartbeat } from '../src/messages/component';
import { tellStream } from '../src/observability/metrics/stream-metrics';
import { RestingOrders } from '../src/trading/resting-orders';
import { sayHint, StreamHints } from '../src/trading/stream-hints';
import type { VenueStream } from '../src/venues/stream';
import type { Venue } from '../src/venues/venue';

/** How often it is looked whether the venue's clock is known: without it our authentication may be too old. */
const CLOCK_CHECK_MS = 250;

/** What a process does with its venue's private stream. */
export interface HeardStream {
  readonly hints: StreamHints;
  readonly resting: RestingOrders;
  /** Absent: the venue has none, or this process asks it for nothing. */
  readonly heartbeat?: () => StreamHeartbeat;
}

/**
 * Begins to listen as soon as the venue's clock is known, and says in the log when the stream comes and goes, and what it
 * tells while requests are refused. It ends with the venue.
 */
export function hearStream(venue: Venue, logger: Logger, registry?: Registry): HeardStream {
  const { stream, name } = venue;
  const hints = new StreamHints(stream);
  const resting = new RestingOrders(hints);
  if (stream === undefined) return { hints, resting };
  sayComingAndGoing(name, stream, hints, logger);
  sayDuringRefusals(venue, hints, logger);
  if (registry) tellStream(registry, name, () => stream.report());
  const start = setInterval(() => {
    if (venue.clockMs() === undefined) return;
    clearInterval(start);
    stream.start();
  }, CLOCK_CHECK_MS).unref();
  const heartbeat = (): StreamHeartbeat => {
    const { phase: state, forMs, lastMessageAtMs, fault } = stream.report();
    return { state, forMs, lastMessageAtMs, fault };
  };
  return { hints, resting, heartbeat };
}

function sayComingAndGoing(name: string, stream: VenueStream, hints: StreamHints, logger: Logger): void {
  hints.onGap(() => logger.info(`The private stream of ${name} tells of orders.`));
  hints.onSilence(() => {
    const { fault = 'it was closed', phase } = stream.report();
    if (phase === 'closed') return;
    logger.info(`The private stream of ${name} is not there, because ${fault}; orders are asked about instead.`);
  });
}

/** The last request decides whether the venue serves us: the stream is heard, and nothing is booked by it. */
function sayDuringRefusals(venue: Venue, hints: StreamHints, logger: Logger): void {
  let isRefused = false;
  venue.onRequestReport(({ outcome }) => (isRefused = outcome?.kind === 'BANNED' || outcome?.kind === 'RATE_LIMITED'));
  hints.onHint((hint) => {
    if (!isRefused || !hint.isFinal) return;
    logger.warn(`${venue.name} refuses requests. ${sayHint(hint)}`, { clientOrderId: hint.clientOrderId });
  });
}
