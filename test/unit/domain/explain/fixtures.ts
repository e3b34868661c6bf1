import type { DenialCode } from '../../../../src/domain/denial';
import { explain } from '../../../../src/domain/explain/explain';
import type { ExplainInput, Explanation, RecordedStep } from '../../../../src/domain/explain/types';
import type { OrderPlan } from '../../../../src/domain/market';
import type { OutcomeKind } from '../../../../src/domain/outcome';
import type { SignalView } from '../../../../src/domain/signal-view';

export const AT_MS = 1_795_000_000_000;
export const FINGERPRINT = '3e55ae6613c10ff5';

export const PLAN: OrderPlan = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  clientOrderId: 'of1',
  quantity: '0.01',
  reduceOnly: false,
  asset: 'USDT',
  reserveAmount: '600',
  referencePrice: '60000',
  stopLoss: '59000',
};

export function viewOf(parts: Partial<SignalView> = {}): SignalView {
  return {
    fingerprint: FINGERPRINT,
    venue: 'bybit',
    signal: {
      symbol: 'BTCUSDT',
      direction: 'BUY',
      strategy: 's',
      timestampMs: AT_MS - 300,
      intent: 'entry',
      amount: '0.01',
    },
    state: 'ENDED',
    detail: 'What there is to say.',
    sendAttempts: 0,
    timeline: [],
    ...parts,
  };
}

export const FACTS = { priceAgeMs: 12, permitMs: 0, venueCode: '0', httpStatus: 200 };
export const RESERVED: RecordedStep = { atMs: AT_MS, kind: 'reserved', plan: PLAN, facts: FACTS };
export const BOOKED: RecordedStep = { atMs: AT_MS, kind: 'booked' };

export function sent(kind: OutcomeKind): RecordedStep {
  return { atMs: AT_MS, kind: 'sent', attempt: { atMs: AT_MS, kind, venueCode: '1', message: 'Words of the venue.' } };
}

export function denied(code: DenialCode, place?: 'plan' | 'account'): RecordedStep {
  return { atMs: AT_MS, kind: 'denied', code, message: 'Why.', ...(place && { place }) };
}

export function waits(code: DenialCode | undefined, place?: 'plan' | 'account'): RecordedStep {
  const what = { kind: 'wait', for: 'anything', waitMs: 1_000, reason: 'It is missing.' } as const;
  return { atMs: AT_MS, ...what, ...(code && { code }), ...(place && { place }) };
}

export const PERMIT_WAIT: RecordedStep = {
  atMs: AT_MS,
  kind: 'wait',
  for: 'permit',
  waitMs: 7_000,
  reason: 'The order window has 72 of 72 used in 60 s.',
};

export function explained(
  view: SignalView,
  steps?: readonly RecordedStep[],
  others: Partial<ExplainInput> = {},
): Explanation {
  const recorded = steps && { fingerprint: FINGERPRINT, startedAtMs: AT_MS, steps, isWhole: true };
  return explain({ view, ...(recorded && { recorded }), ...others });
}

const MARKS = { passed: '+', failed: 'x', waiting: 'w', not_reached: '-', not_recorded: '?' } as const;

/** One character for each gate. */
export function marksOf({ gates }: Pick<Explanation, 'gates'>): string {
  return gates.map(({ verdict }) => MARKS[verdict]).join('');
}
