import type { VenueOutcome } from '../domain/outcome';
import type { EndpointGroup, RequestReport, UnreadableRows, Venue } from '../venues/venue';
import type { ProblemCode, Problems } from './problems';

/** A venue that fails for this long without one answer in between cannot be reached. */
const UNREACHABLE_AFTER_MS = 60_000;

/** Which refusals there are: an answer of one group says nothing about another, whose rights may differ. */
const REFUSALS: Readonly<Record<EndpointGroup, { readonly code: ProblemCode; readonly what: string }>> = {
  order: { code: 'ORDERS_REFUSED', what: 'our orders' },
  account: { code: 'ACCOUNT_REFUSED', what: 'to tell us about our account' },
  market_data: { code: 'MARKET_DATA_REFUSED', what: 'us its prices' },
};

interface Unreadable {
  readonly code: ProblemCode;
  readonly what: string;
  readonly follows: string;
}

const NO_ORDER = 'no order in these symbols can be made until it tells them again';
const UNREADABLE: Readonly<Record<UnreadableRows['what'], Unreadable>> = {
  instruments: { code: 'INSTRUMENTS_UNREADABLE', what: 'the rules (steps and minimums) of', follows: NO_ORDER },
  prices: { code: 'PRICES_UNREADABLE', what: 'the price of', follows: NO_ORDER },
  positions: {
    code: 'POSITIONS_UNREADABLE',
    what: 'the position in',
    follows:
      'nobody here sees whether it has a stop, and entries in these symbols wait until it tells it again; look at it at the exchange',
  },
};
/** Positions are read every few seconds: one answer that cannot be read is nothing that a person has to hear of. */
const POSITIONS_UNREAD_AFTER_MS = 20_000;
/** More symbols are counted. */
const SYMBOLS_NAMED_MAX = 5;

/** Tells what the venue's answers say about us: a refused key, a ban, silence. Each ends with an answer that disproves it. */
export function watchVenue(venue: Venue, problems: Problems): void {
  let failingSinceMs: number | undefined;
  const served = (endpoint: EndpointGroup): void => {
    failingSinceMs = undefined;
    problems.clear('VENUE_UNREACHABLE');
    problems.clear('VENUE_BAN');
    problems.clear(REFUSALS[endpoint].code);
  };
  const failed = ({ message }: VenueOutcome): void => {
    failingSinceMs ??= performance.now();
    const silentMs = performance.now() - failingSinceMs;
    if (silentMs < UNREACHABLE_AFTER_MS) return;
    const since = new Date(Date.now() - silentMs).toISOString();
    problems.set('VENUE_UNREACHABLE', `${venue.name} has served no request since ${since}: ${message}`);
  };
  const unreadPositions = new LastingFaults(POSITIONS_UNREAD_AFTER_MS);
  venue.onUnreadableRows(({ what, faults }) => {
    const told = what === 'positions' ? unreadPositions.of(faults) : faults;
    const { code } = UNREADABLE[what];
    if (told.length === 0) problems.clear(code);
    else problems.set(code, unreadableSentence(venue.name, UNREADABLE[what], told));
  });
  venue.onRequestReport(({ endpoint, outcome }: RequestReport) => {
    switch (outcome?.kind) {
      case undefined:
      case 'PLACED':
      case 'DUPLICATE':
        return served(endpoint);
      case 'REJECTED':
        // Without a status nothing was sent.
        return outcome.httpStatus === undefined ? undefined : served(endpoint);
      case 'FATAL': {
        failingSinceMs = undefined;
        const { code, what } = REFUSALS[endpoint];
        return problems.set(
          code,
          `${venue.name} refuses ${what}, and will until a person acts (key, account, region): ${outcome.message}`,
        );
      }
      case 'BANNED':
        failingSinceMs = undefined;
        return problems.set('VENUE_BAN', banSentence(venue.name, outcome));
      case 'RATE_LIMITED':
        // It is there, and asks for fewer requests: the limiter's.
        failingSinceMs = undefined;
        return;
      case 'NOT_PLACED':
      case 'UNKNOWN':
        return failed(outcome);
    }
  });
}

type Faults = UnreadableRows['faults'];

/** Of symbols whose row cannot be read, those of which that has been so for a while. */
class LastingFaults {
  /** Since when, monotonic. */
  private sinceMs = new Map<string, number>();

  constructor(private readonly afterMs: number) {}

  /** @param faults all that the last answer had */
  of(faults: Faults): Faults {
    const nowMs = performance.now();
    this.sinceMs = new Map(faults.map(({ symbol }) => [symbol, this.sinceMs.get(symbol) ?? nowMs]));
    return faults.filter(({ symbol }) => nowMs - (this.sinceMs.get(symbol) ?? nowMs) >= this.afterMs);
  }
}

function unreadableSentence(name: string, { what, follows }: Unreadable, faults: Faults): string {
  const named = faults.slice(0, SYMBOLS_NAMED_MAX).map(({ symbol, fault }) => `${symbol} (${fault})`);
  const more = faults.length > SYMBOLS_NAMED_MAX ? ` and ${faults.length - SYMBOLS_NAMED_MAX} more` : '';
  return `${name} tells ${what} ${named.join(', ')}${more} in a form that cannot be read: ${follows}`;
}

function banSentence(name: string, { message, retryAfterMs }: VenueOutcome): string {
  const until = retryAfterMs === undefined ? '' : ` until ${new Date(Date.now() + retryAfterMs).toISOString()}`;
  return `${name} refuses all requests${until}: ${message}`;
}
