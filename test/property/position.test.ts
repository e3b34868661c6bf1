import * as fc from 'fast-check';
import type { PositionBook } from '../../src/domain/position/book';
import { reducePosition, type PositionInput, type PositionStep } from '../../src/domain/position/reduce';
import type { PositionEffect } from '../../src/domain/position/step';
import { positionProperty, Violation, type Reduce } from './position-world';
import { COMMANDS_PER_RUN_MAX, RUNS, Tally } from './scale';

/** A run goes on for a minute and a half of the world after its steps: fewer search as much. */
const POSITION_RUNS = Math.ceil(RUNS / 8);
/** Sequences tried on a deliberately broken variant before it counts as missed. */
const BROKEN_RUNS_MAX = 2_000;

test('whatever comes, exits and changes stay one at a time, stops only tighten, and each position ends guarded or booked', () => {
  const tally = new Tally();
  fc.assert(positionProperty(reducePosition, tally), { numRuns: POSITION_RUNS });
  tally.assertSearched(POSITION_RUNS, COMMANDS_PER_RUN_MAX.position);
});

/** What a variant does with what it is told, and with what follows. */
function variant(change: {
  readonly before?: (book: PositionBook) => PositionBook;
  readonly heard?: (input: PositionInput, book: PositionBook) => PositionInput;
  readonly after?: (step: PositionStep, before: PositionBook) => PositionStep;
}): Reduce {
  return (book, input, nowMs) => {
    const prepared = change.before?.(book) ?? book;
    const step = reducePosition(prepared, change.heard?.(input, prepared) ?? input, nowMs);
    return change.after?.(step, prepared) ?? step;
  };
}

function withEffects(change: (effect: PositionEffect, book: PositionBook) => readonly PositionEffect[]): Reduce {
  return variant({
    after: (step) => ({ ...step, effects: step.effects.flatMap((effect) => [...change(effect, step.book)]) }),
  });
}

const withoutRow = (input: PositionInput): boolean =>
  (input.kind === 'report' && input.report.row === null) || (input.kind === 'seen' && input.row === null);

const SHAPE = { symbol: 'BTCUSDT', stopTrigger: 'mark', targetTrigger: 'last' } as const;

const broken: readonly [fault: string, variant: Reduce][] = [
  [
    'a missing row is flat',
    (book, input, nowMs) => {
      const step = reducePosition(book, input, nowMs);
      const isGone = withoutRow(input) && book.episode && step.book.missing && !step.book.flat;
      return isGone ? { ...step, book: { ...step.book, flat: { asOfMs: step.book.asOfMs, sinceMs: nowMs } } } : step;
    },
  ],
  [
    'an older report counts',
    variant({
      heard: (input, { asOfMs }) =>
        input.kind === 'report' && input.report.asOfMs < asOfMs
          ? { kind: 'report', report: { ...input.report, asOfMs: asOfMs + 1 } }
          : input,
    }),
  ],
  [
    'an answer that says nothing new is no answer',
    variant({ heard: (input) => (input.kind === 'seen' ? { ...input, isPaced: false } : input) }),
  ],
  [
    'an older row counts',
    variant({ before: (book) => (book.row ? { ...book, asOfMs: 0, row: { ...book.row, sequence: 0 } } : book) }),
  ],
  [
    'a stop is taken away before an exit',
    withEffects((effect) =>
      effect.kind === 'startExit'
        ? [{ kind: 'setProtection', call: 999, change: { ...SHAPE, stopLoss: null } }, effect]
        : [effect],
    ),
  ],
  [
    'a stop moves away from the price',
    withEffects((effect, { row }) => {
      if (effect.kind !== 'setProtection' || !row?.stopLoss) return [effect];
      const stopLoss = String(Number(row.stopLoss) * (row.side === 'LONG' ? 0.9 : 1.1));
      return [{ ...effect, change: { ...effect.change, stopLoss } }];
    }),
  ],
  [
    'the next exit does not wait for the former one',
    variant({ before: (book) => (book.round ? { ...book, round: undefined, ended: undefined } : book) }),
  ],
  [
    'an exit is of more than there is',
    withEffects((effect) => {
      if (effect.kind !== 'startExit') return [effect];
      const quantity = String(2 * Number(effect.round.quantity));
      return [{ ...effect, round: { ...effect.round, quantity } }];
    }),
  ],
  [
    'a position without a stop is left so',
    variant({
      after: ({ book, effects }) => ({
        book: { ...book, call: undefined, unprotectedSinceMs: undefined },
        effects: effects.filter(({ kind }) => kind !== 'setProtection'),
      }),
    }),
  ],
  [
    'time closes nothing',
    variant({
      before: (book) => ({
        ...book,
        terms: { ...book.terms, protection: { ...book.terms.protection, maxHoldingMinutes: null } },
      }),
    }),
  ],
  [
    'a halt holds nothing back',
    variant({
      heard: (input) =>
        input.kind === 'report' ? { kind: 'report', report: { ...input.report, tradingState: 'active' } } : input,
    }),
  ],
  [
    'a position of somebody else is closed, too',
    variant({
      heard: (input) =>
        input.kind === 'report' && input.report.closeAll
          ? { kind: 'report', report: { ...input.report, closeAll: { ...input.report.closeAll, reason: 'OPERATOR' } } }
          : input,
    }),
  ],
  [
    'what nobody waits for is kept for ever',
    variant({ after: (step) => ({ ...step, book: { ...step.book, told: [...step.book.told, 'x'.repeat(900)] } }) }),
  ],
];

test.each(broken)('rules are found out in which %s', (_fault, reduce) => {
  const result = fc.check(positionProperty(reduce, new Tally()), { numRuns: BROKEN_RUNS_MAX, endOnFailure: true });
  expect(result.failed).toBe(true);
  expect(result.errorInstance).toBeInstanceOf(Violation);
});
