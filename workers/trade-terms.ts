import type { Config, VenueConfig } from '../src/config/schema';
import { lifeOf } from '../src/domain/order-options';
import type { TermsOf } from '../src/messages/trade';
import type { VenuePromises } from '../src/venues/venue';

/** The terms under which this process makes orders: its own configuration, whoever sent the signal. */
export function termsFrom({ orders, signals }: Config, venue: VenueConfig, promises: VenuePromises): TermsOf {
  const { environment } = venue;
  const { clientIdUnique, orderMemory } = promises;
  return (signal, startedAtMs) => ({
    leverage: venue.leverage,
    ...lifeOf(signal, Math.min(signal.timestampMs, startedAtMs), signals.timeToLiveSeconds),
    lookUpDelays: {
      firstMs: orders.lookUpDelayMs,
      growth: orders.lookUpDelayGrowth,
      maxMs: orders.lookUpDelayMaxMs,
    },
    unknownAlertMs: orders.unknownAlertSeconds * 1000,
    lateAcceptanceMs: venue.receiveWindowMs + venue.clockSkewMs,
    clientIdUnique,
    orderMemory,
    environment,
  });
}
