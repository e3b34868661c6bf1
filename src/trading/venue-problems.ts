import type { VenueOutcome } from '../domain/outcome';
import type { RequestReport, Venue } from '../venues/venue';
import type { Problems } from './problems';

/** A venue that fails for this long without one answer in between cannot be reached. */
const UNREACHABLE_AFTER_MS = 60_000;

/** Tells what the venue's answers say about us: a refused key, a ban, silence. Each ends with an answer that disproves it. */
export function watchVenue(venue: Venue, problems: Problems): void {
  let failingSinceMs: number | undefined;
  const served = (signed: boolean): void => {
    failingSinceMs = undefined;
    problems.clear('VENUE_UNREACHABLE');
    problems.clear('VENUE_BAN');
    problems.clear(signed ? 'SIGNED_REQUESTS_REFUSED' : 'PUBLIC_REQUESTS_REFUSED');
  };
  const failed = ({ message }: VenueOutcome): void => {
    failingSinceMs ??= performance.now();
    const silentMs = performance.now() - failingSinceMs;
    if (silentMs < UNREACHABLE_AFTER_MS) return;
    const since = new Date(Date.now() - silentMs).toISOString();
    problems.set('VENUE_UNREACHABLE', `${venue.name} has served no request since ${since}: ${message}`);
  };
  venue.onRequestReport(({ signed, outcome }: RequestReport) => {
    switch (outcome?.kind) {
      case undefined:
      case 'PLACED':
      case 'DUPLICATE':
        return served(signed);
      case 'REJECTED':
        // Without a status nothing was sent.
        return outcome.httpStatus === undefined ? undefined : served(signed);
      case 'FATAL':
        failingSinceMs = undefined;
        return problems.set(
          signed ? 'SIGNED_REQUESTS_REFUSED' : 'PUBLIC_REQUESTS_REFUSED',
          `${venue.name} refuses ${signed ? 'our key or account' : 'us'}, and will until a person acts: ${outcome.message}`,
        );
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

function banSentence(name: string, { message, retryAfterMs }: VenueOutcome): string {
  const until = retryAfterMs === undefined ? '' : ` until ${new Date(Date.now() + retryAfterMs).toISOString()}`;
  return `${name} refuses all requests${until}: ${message}`;
}
