import { RequestPermit, withPermit } from '../../src/venues/request-permit';

/** A permit that is good for as long as the test runs. */
export function goodPermit(): RequestPermit {
  return new RequestPermit({ status: 'granted', askedAtMs: 0, notBeforeMs: 0, expiresAtMs: Infinity });
}

/** A request of a test's own at a venue that asks for permits. */
export function permitted<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  return withPermit(goodPermit(), ask);
}
