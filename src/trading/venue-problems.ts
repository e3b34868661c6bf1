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

const UNREADABLE: Readonly<Record<UnreadableRows['what'], { readonly code: ProblemCode; readonly what: string }>> = {
  instruments: { code: 'INSTRUMENTS_UNREADABLE', what: 'the rules (steps and minimums) of' },
  prices: { code: 'PRICES_UNREADABLE', what: 'the price of' },
};
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
  venue.onUnreadableRows((report) => {
    const { code, what } = UNREADABLE[report.what];
    if (report.faults.length === 0) problems.clear(code);
    else problems.set(code, unreadableSentence(venue.name, what, report));
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

function unreadableSentence(name: string, what: string, { faults }: UnreadableRows): string {
  const named = faults.slice(0, SYMBOLS_NAMED_MAX).map(({ symbol, fault }) => `${symbol} (${fault})`);
  const more = faults.length > SYMBOLS_NAMED_MAX ? ` and ${faults.length - SYMBOLS_NAMED_MAX} more` : '';
  return `${name} tells ${what} ${named.join(', ')}${more} in a form that cannot be read: no order in these symbols can be made until it tells them again`;
}

function banSentence(name: string, { message, retryAfterMs }: VenueOutcome): string {
  const until = retryAfterMs === undefined ? '' : ` until ${new Date(Date.now() + retryAfterMs).toISOString()}`;
  return `${name} refuses all requests${until}: ${message}`;
}
