import type { OrderPlan, VenueOrder, VenueOrderEnd } from '../../../src/domain/market';
import { orderEnd, stopWords, type StopCause } from '../../../src/domain/order-end';
import type { TimeInForce } from '../../../src/domain/signal';

const ADA: StopCause = { by: 'person', who: 'user ada (1000)', reason: 'changed my mind' };
const EXPIRED: StopCause = { by: 'time_to_live' };
const REQUEST: VenueOrderEnd = { cause: 'request', words: 'it was asked to' };
const AT_ONCE: VenueOrderEnd = { cause: 'timeInForce', words: 'nothing of it could fill at once' };

interface Facts {
  readonly end?: VenueOrderEnd;
  readonly timeInForce?: TimeInForce;
  readonly status?: VenueOrder['status'];
  readonly rejectReason?: string;
  readonly note?: string;
}

function endOf({ timeInForce, status = 'cancelled', ...said }: Facts, asked?: StopCause) {
  const plan = { timeInForce } as OrderPlan;
  return orderEnd({ venue: 'bybit', plan, order: { status, ...said } as VenueOrder }, asked);
}

test.each<[string, Facts, StopCause | undefined, string, string]>([
  ['that we asked for, for a person', { end: REQUEST }, ADA, 'person', 'cancelled by user ada (1000): changed my mind'],
  ['that is odd', { end: REQUEST, note: 'it is odd' }, EXPIRED, 'time_to_live', 'its time to live passed (it is odd)'],
  ['that we asked for, when its time was over', { end: REQUEST }, EXPIRED, 'time_to_live', 'its time to live passed'],
  ['that we asked for, at a venue that names no reason', {}, EXPIRED, 'time_to_live', 'its time to live passed'],
  ['that somebody else asked for', { end: REQUEST }, undefined, 'elsewhere', 'not by oncefill'],
  ['of an IOC order', { end: AT_ONCE, timeInForce: 'IOC' }, undefined, 'time_in_force', 'it is IOC, and nothing of it'],
  [
    'of an IOC order that we had asked to cancel',
    { end: AT_ONCE, timeInForce: 'IOC' },
    ADA,
    'time_in_force',
    'it is IOC',
  ],
  ['of a market order, for want of others', { end: AT_ONCE }, undefined, 'venue', 'bybit cancelled it: nothing of it'],
  [
    'by the venue',
    { end: { cause: 'venue', words: 'the contract was settled' } },
    ADA,
    'venue',
    'contract was settled',
  ],
  ['by a venue that says nothing', {}, undefined, 'venue', 'bybit cancelled it: no reason given'],
  ['that a former release read', { rejectReason: 'EC_Others' }, undefined, 'venue', 'EC_Others'],
  ['after it was accepted', { status: 'rejected' }, ADA, 'venue', 'bybit rejected it'],
  [
    'by a word of a person',
    { end: { cause: 'word', words: 'settled by hand (seen)' } },
    EXPIRED,
    'person',
    'by hand (seen)',
  ],
])('an end %s says so', (_name, facts, asked, by, words) => {
  expect(endOf(facts, asked)).toEqual({ by, words: expect.stringContaining(words) as string });
});

test.each<[StopCause, string]>([
  [{ by: 'person' }, 'cancelled by a person: no reason given'],
  [{ by: 'halt', who: 'user ada', reason: 'storm' }, 'cancelled by "halt --cancel-orders" of user ada: storm'],
  [{ by: 'flatten', who: 'user ada', reason: 'storm' }, 'cancelled by "flatten" of user ada: storm'],
  [{ by: 'reduce', reason: 'storm' }, 'cancelled by "reduce --cancel-orders": storm'],
])('%j is "%s"', (cause, words) => expect(stopWords(cause)).toBe(words));
