import { addAnswerCases } from './answer-cases';
import { Bench } from './bench';
import { addCandleStreamCases } from './candle-stream-cases';
import { addLookUpCases } from './look-up-cases';
import { NumberedCases } from './numbered-cases';
import { addPositionDeskCases } from './position-cases';
import { addReadingCases } from './reading-cases';
import { addRequestCases } from './request-cases';
import { addStreamCases } from './stream-cases';
import type { VenueUnderTest } from './venue-under-test';

/** What every adapter must pass, by number. The page docs/adding-a-venue.md says how to bring a venue to it. */
export function describeVenueContract(venue: VenueUnderTest): void {
  describe(`the contract of ${venue.adapter}`, () => {
    const cases = new NumberedCases(venue);
    const bench = new Bench(venue);
    addReadingCases(cases, bench, venue);
    addRequestCases(cases, bench, venue);
    addAnswerCases(cases, bench, venue);
    addLookUpCases(cases, bench, venue);
    addStreamCases(cases, bench, venue);
    addCandleStreamCases(cases, bench, venue);
    addPositionDeskCases(cases, bench, venue);
    cases.addOverview();
  });
}
