import { stepsOf } from '../../../src/intake/recorded-steps';
import { AT_MS, PLAN } from '../domain/explain/fixtures';

const LIMITS = { limit: 10, remaining: 0, resetAfterMs: 400 };
const OUTCOME = { kind: 'REJECTED', venueCode: '110007', httpStatus: 200, message: 'No.' };

function attemptsOf(name: string, answer: unknown) {
  return stepsOf({ name, atMs: AT_MS, answer }).flatMap((step) => (step.kind === 'sent' ? [step.attempt] : []));
}

test.each([
  ['filled at once', 'tradeAtOnce', { status: 'settled', plan: PLAN, facts: { venueCode: '0', limits: LIMITS } }],
  ['answered otherwise', 'tradeAtOnce', { status: 'answered', plan: PLAN, outcome: { ...OUTCOME, limits: LIMITS } }],
  ['sent on the durable road', 'placeOrder', { status: 'answered', outcome: { ...OUTCOME, limits: LIMITS } }],
])('the attempt of an order that was %s has what the venue said of its limits', (_how, name, answer) => {
  expect(attemptsOf(name, answer)).toMatchObject([{ limits: LIMITS }]);
});

test('an attempt of before that was kept has none', () => {
  const [attempt] = attemptsOf('placeOrder', { status: 'answered', outcome: OUTCOME });
  expect(attempt).toEqual({ atMs: AT_MS, ...OUTCOME });
});
