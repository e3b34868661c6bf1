import type { Denial } from '../src/domain/denial';
import type { VenueOrder } from '../src/domain/market';
import type { EndedBy } from '../src/domain/order-end';
import type { SignalOutcome } from '../src/domain/signal-view';

/** What is known of the order after the venue was asked to place it. */
export type Placement =
  | { readonly status: 'live'; readonly order?: VenueOrder }
  | {
      readonly status: 'ended';
      readonly outcome: SignalOutcome;
      readonly detail: string;
      readonly denial?: Denial;
      readonly endedBy?: EndedBy;
    };
