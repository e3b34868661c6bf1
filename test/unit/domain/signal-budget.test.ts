import * as fc from 'fast-check';
import {
  freshBudget,
  putBack,
  spend,
  STRATEGIES_COUNTED_MAX,
  withSpent,
  type BudgetLimits,
  type BudgetResult,
  type BudgetState,
  type Spender,
  type Standing,
} from '../../../src/domain/signal-budget';
import type { Intent } from '../../../src/domain/signal';

const LIMITS: BudgetLimits = {
  all: { burst: 6, perMinute: 12 },
  perStrategy: { burst: 3, perMinute: 6 },
  newStrategies: { burst: 2, perMinute: 2 },
};
/** What a strategy gets back in this time. */
const ONE_MORE_MS = 10_000;

/** Spends for one sender after another at one instant. */
function spendAll(state: BudgetState, strategies: readonly string[], nowMs: number, intent: Intent = 'entry') {
  const results: BudgetResult[] = [];
  let next = state;
  for (const strategy of strategies) {
    const step = spend(next, LIMITS, { strategy, intent }, nowMs);
    next = step.state;
    results.push(step.result);
  }
  return { state: next, results, statuses: results.map((result) => ('spent' in result ? result.spent : 'taken')) };
}

test('a strategy may send its burst at once, and is then told when the next one is taken', () => {
  const { state, results, statuses } = spendAll(freshBudget(), ['a', 'a', 'a', 'a'], 0);
  expect(statuses).toEqual(['taken', 'taken', 'taken', 'strategy']);
  expect(results[3]).toMatchObject({ retryAfterMs: ONE_MORE_MS });
  expect(spendAll(state, ['a'], ONE_MORE_MS - 1).statuses).toEqual(['strategy']);
  expect(spendAll(state, ['a', 'a'], ONE_MORE_MS).statuses).toEqual(['taken', 'strategy']);
});

test('one strategy that sends too many holds up no other', () => {
  const { statuses } = spendAll(freshBudget(), ['a', 'a', 'a', 'a', 'a', 'b', 'b'], 0);
  expect(statuses.slice(-2)).toEqual(['taken', 'taken']);
});

test('what is refused is taken out of no budget', () => {
  const { state } = spendAll(freshBudget(), ['a', 'a', 'a', 'a', 'a', 'a', 'a'], 0);
  expect(spendAll(state, ['b', 'b', 'b'], 0).statuses).toEqual(['taken', 'taken', 'taken']);
});

test('all strategies together have a budget, too', () => {
  const { statuses, results } = spendAll(freshBudget(), ['a', 'b', 'c', 'd', 'e', 'f', 'g'], 0);
  expect(statuses).toEqual([...Array.from({ length: 6 }, () => 'taken'), 'all']);
  expect(results.at(-1)).toMatchObject({ retryAfterMs: 5_000 });
});

describe('names that were never seen before', () => {
  const spendAs = (state: BudgetState, spenders: readonly Spender[]) => {
    const statuses: string[] = [];
    let next = state;
    for (const spender of spenders) {
      const step = spend(next, LIMITS, spender, 0);
      next = step.state;
      statuses.push('spent' in step.result ? step.result.spent : 'taken');
    }
    return { state: next, statuses };
  };
  const invented = (standing: Standing, intent: Intent = 'entry') =>
    Array.from({ length: 5 }, (_, index): Spender => ({ strategy: `invented-${index}`, intent, standing }));
  const known: Spender = { strategy: 'honest', intent: 'entry', standing: 'known' };

  test('are taken up to their bound, entries and exits apart, and known ones go on', () => {
    const { state, statuses } = spendAs(freshBudget(), invented('new'));
    expect(statuses).toEqual(['taken', 'taken', 'new', 'new', 'new']);
    expect(spendAs(state, [known, known, known]).statuses).toEqual(['taken', 'taken', 'taken']);
    expect(spendAs(state, invented('new', 'exit')).statuses.slice(0, 2)).toEqual(['taken', 'taken']);
  });

  test('leave a third of the common budget to the known ones, for as long as they are newcomers', () => {
    const { state, statuses } = spendAs(freshBudget(), invented('newcomer'));
    expect(statuses).toEqual(['taken', 'taken', 'taken', 'taken', 'newcomers']);
    expect(spendAs(state, [known, known, known]).statuses).toEqual(['taken', 'taken', 'all']);
  });
});

test('exits have budgets of their own', () => {
  const { state } = spendAll(freshBudget(), ['a', 'a', 'a', 'b', 'b', 'b', 'c'], 0);
  expect(spendAll(state, ['a'], 0, 'exit').statuses).toEqual(['taken']);
});

test('what was put back may be spent again, and never more than the burst', () => {
  const { state } = spendAll(freshBudget(), ['a', 'a', 'a'], 0);
  const spender = { strategy: 'a', intent: 'entry' } as const;
  const back = putBack(state, LIMITS, spender, 0);
  expect(spendAll(back, ['a', 'a'], 0).statuses).toEqual(['taken', 'strategy']);
  const full = putBack(putBack(freshBudget(), LIMITS, spender, 0), LIMITS, spender, 0);
  expect(spendAll(full, ['a', 'a', 'a', 'a'], 0).statuses).toEqual(['taken', 'taken', 'taken', 'strategy']);
});

test('what other processes have sent within the last minute counts', () => {
  const spent = (own: number) => withSpent(LIMITS, { strategy: 'a', intent: 'entry' }, { own, all: own }, 0);
  expect(spendAll(spent(5), ['a', 'a'], 0).statuses).toEqual(['taken', 'strategy']);
  expect(spendAll(spent(6), ['a'], 0).statuses).toEqual(['strategy']);
  expect(spendAll(spent(0), ['a', 'a', 'a', 'a'], 0).statuses).toEqual(['taken', 'taken', 'taken', 'strategy']);
});

test('whoever invents strategies gets one budget for all beyond the bound, and memory stays bounded', () => {
  const wide: BudgetLimits = {
    all: { burst: 1e6, perMinute: 1e6 },
    perStrategy: { burst: 2, perMinute: 1 },
    newStrategies: { burst: 1, perMinute: 1 },
  };
  let state = freshBudget();
  let taken = 0;
  for (let number = 0; number < 3 * STRATEGIES_COUNTED_MAX; number += 1) {
    const step = spend(state, wide, { strategy: `invented-${number}`, intent: 'entry' }, 0);
    state = step.state;
    taken += step.result.status === 'taken' ? 1 : 0;
    expect(state.size).toBeLessThanOrEqual(STRATEGIES_COUNTED_MAX + 2);
  }
  expect(taken).toBeLessThanOrEqual(STRATEGIES_COUNTED_MAX + wide.perStrategy.burst);
});

test('in any span, nobody gets more than the burst and what the span brings', () => {
  const sender = fc.record({ strategy: fc.constantFrom('a', 'b', 'c'), passedMs: fc.nat(4_000) });
  fc.assert(
    fc.property(fc.array(sender, { maxLength: 60 }), (senders) => {
      let nowMs = 0;
      let state = freshBudget();
      const taken: { strategy: string; atMs: number }[] = [];
      for (const { strategy, passedMs } of senders) {
        nowMs += passedMs;
        const step = spend(state, LIMITS, { strategy, intent: 'entry' }, nowMs);
        state = step.state;
        if (step.result.status === 'taken') taken.push({ strategy, atMs: nowMs });
      }
      for (const first of taken) {
        for (const last of taken) {
          const spanMs = last.atMs - first.atMs;
          const within = taken.filter(({ atMs }) => atMs >= first.atMs && atMs <= last.atMs);
          const own = within.filter(({ strategy }) => strategy === first.strategy);
          expect(within.length).toBeLessThanOrEqual(6 + (spanMs * 12) / 60_000 + 1e-6);
          expect(own.length).toBeLessThanOrEqual(3 + (spanMs * 6) / 60_000 + 1e-6);
        }
      }
    }),
    { numRuns: 50 },
  );
});
