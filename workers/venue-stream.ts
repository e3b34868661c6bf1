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

interface HearingOptions {
  /** Where it is told how the stream is; absent: nowhere. */
  readonly registry?: Registry;
  /** false: the stream is not opened, whatever the venue has. Absent: true. */
  readonly isWanted?: boolean;
}

/**
 * Begins to listen as soon as the venue's clock is known, and says in the log when the stream comes and goes, and what it
 * tells while requests are refused. It ends with the venue.
 */
export function hearStream(
  venue: Venue,
  logger: Logger,
  { registry, isWanted = true }: HearingOptions = {},
): HeardStream {
  const { stream, name } = venue;
  if (stream !== undefined && !isWanted) return { ...silence(), heartbeat: offByConfiguration() };
  if (stream === undefined) return silence();
  const hints = new StreamHints(stream);
  const resting = new RestingOrders(hints);
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

/** Nobody ever tells. */
function silence(): Pick<HeardStream, 'hints' | 'resting'> {
  const hints = new StreamHints();
  return { hints, resting: new RestingOrders(hints) };
}

function offByConfiguration(): () => StreamHeartbeat {
  const sinceMs = performance.now();
  return () => ({ state: 'off_by_configuration', forMs: performance.now() - sinceMs });
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
