import fc from 'fast-check';
import { DENIAL_CODES } from '../../src/domain/denial';
import { GATES, type RecordedStep } from '../../src/domain/explain/types';
import type { OutcomeKind } from '../../src/domain/outcome';
import { SIGNAL_OUTCOMES, type SignalState } from '../../src/domain/signal-view';
import { BOOKED, denied, explained, PERMIT_WAIT, RESERVED, sent, viewOf, waits } from '../unit/domain/explain/fixtures';
import { RUNS } from './scale';

const KINDS: readonly OutcomeKind[] = [
  'PLACED',
  'DUPLICATE',
  'REJECTED',
  'RATE_LIMITED',
  'BANNED',
  'NOT_PLACED',
  'UNKNOWN',
  'FATAL',
];
const STATES: readonly SignalState[] = [
  'RECEIVED',
  'SIZING',
  'RESERVING',
  'WAITING_FOR_PERMIT',
  'PLACING',
  'RESOLVING',
  'WORKING',
  'MISSING',
  'SETTLING',
];

const place = fc.constantFrom(undefined, 'plan', 'account') as fc.Arbitrary<'plan' | 'account' | undefined>;
const code = fc.constantFrom(...DENIAL_CODES);
const step: fc.Arbitrary<RecordedStep> = fc.oneof(
  fc.constantFrom<RecordedStep>(
    RESERVED,
    PERMIT_WAIT,
    BOOKED,
    { atMs: 0, kind: 'taken' },
    { atMs: 0, kind: 'looked_up', answer: 'found' },
  ),
  fc.constantFrom(...KINDS).map(sent),
  fc.tuple(code, place).map(([denial, where]) => denied(denial, where)),
  fc.tuple(fc.option(code, { nil: undefined }), place).map(([missing, where]) => waits(missing, where)),
);
const view = fc
  .record({
    outcome: fc.option(fc.constantFrom(...SIGNAL_OUTCOMES), { nil: undefined }),
    denialCode: fc.option(code, { nil: undefined }),
    state: fc.constantFrom(...STATES),
    sendAttempts: fc.nat({ max: 2 }),
    hasAmount: fc.boolean(),
  })
  .map(({ hasAmount, outcome, ...parts }) => {
    const { signal } = viewOf();
    const state = outcome === undefined ? parts.state : 'ENDED';
    return viewOf({ ...parts, outcome, state, signal: { ...signal, amount: hasAmount ? '1' : undefined } });
  });

test('whatever a history says, at most one gate has failed or waits, it is the one that explains, and none behind it is passed', () => {
  fc.assert(
    fc.property(view, fc.option(fc.array(step, { maxLength: 6 }), { nil: undefined }), (shown, steps) => {
      const { gates, decidedBy } = explained(shown, steps);
      expect(gates.map(({ gate }) => gate)).toEqual(GATES);
      const deciding = gates.filter(({ verdict }) => verdict === 'failed' || verdict === 'waiting');
      expect(deciding.length).toBeLessThanOrEqual(1);
      if (deciding.length === 1) expect(deciding[0]!.gate).toBe(decidedBy);
      const isBooked = shown.outcome === 'FILLED' || shown.outcome === 'PARTIALLY_FILLED';
      // Every signal that is not booked is explained by one gate.
      if (!isBooked) expect(decidedBy).toBeDefined();
      if (decidedBy === undefined) return;
      const decided = GATES.indexOf(decidedBy);
      for (const { verdict } of gates.slice(0, decided)) expect(['passed', 'not_recorded']).toContain(verdict);
      for (const { verdict } of gates.slice(decided + 1)) expect(['not_reached', 'not_recorded']).toContain(verdict);
      if (deciding.length === 1) {
        for (const { verdict } of gates.slice(decided + 1)) expect(verdict).toBe('not_reached');
      }
    }),
    { numRuns: RUNS },
  );
});
