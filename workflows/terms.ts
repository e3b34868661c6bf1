import type { SignalWorkflowInput } from '../src/messages/signal';
import type { NamedVenue } from '../src/domain/trading-venue';
import type { TradeTerms, WithTerms } from '../src/messages/trade';

/** Senders of before there were terms set no bound to what a venue remembers. */
const UNBOUNDED_MS = Number.MAX_SAFE_INTEGER;

/** What the signal is judged and booked by: learned from the process that trades, before anything depends on it. */
export class Terms {
  private current: TradeTerms | undefined;

  constructor(input: SignalWorkflowInput) {
    this.current = input.terms ?? termsOfSender(input);
  }

  /** The newest count: a process that was started anew may be configured otherwise. */
  learn({ terms }: WithTerms): void {
    if (terms) this.current = terms;
  }

  /** Where the signal is traded: as its sender named it, or as the process that trades did. */
  venueOf({ environment, venue }: SignalWorkflowInput): NamedVenue {
    return { environment: environment ?? this.current?.environment, venue };
  }

  /** Milliseconds UTC; undefined: not known yet. */
  get expiresAtMs(): number | undefined {
    return this.current?.expiresAtMs;
  }

  /** Until when what is open at the venue may stay so, milliseconds UTC; undefined: not known yet. */
  get restsUntilMs(): number | undefined {
    const { restsUntilMs = this.current?.expiresAtMs } = this.current ?? {};
    return restsUntilMs === null ? Infinity : restsUntilMs;
  }

  /** @throws Error before the first answer that was no end: a defect */
  get known(): TradeTerms {
    if (!this.current) throw new Error('The terms of this signal are not known yet.');
    return this.current;
  }
}

function termsOfSender({ expiresAtMs, settings }: SignalWorkflowInput): TradeTerms | undefined {
  if (expiresAtMs === undefined || settings === undefined) return undefined;
  return { ...settings, expiresAtMs, orderMemory: { filledMs: UNBOUNDED_MS, unfilledMs: UNBOUNDED_MS } };
}
