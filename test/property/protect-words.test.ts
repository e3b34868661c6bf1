/** Whatever people ask of a position's protection, and whatever the venue answers: the last word on each leg is in force, or a line says why it is not. */
import * as fc from 'fast-check';
import { newBook, type ProtectionLegs } from '../../src/domain/position/book';
import { nextDueAtMs } from '../../src/domain/position/due';
import { reducePosition, type PositionInput } from '../../src/domain/position/reduce';
import type { PositionRow, ProtectionAnswer, ProtectionChange } from '../../src/domain/position/types';
import { PROTECTION } from './position-world';
import { RUNS } from './scale';

const START_MS = 1_700_000_000_000;
const SYMBOL = 'BTCUSDT';
const OPENERS = [{ fingerprint: 'f', clientOrderId: 'c', quantity: '9' }];
const SETTLED_SECONDS = 60;
const LEGS = ['stopLoss', 'takeProfit', 'trailingDistance'] as const;
const LEG_WORDS = { stopLoss: 'stop', takeProfit: 'target', trailingDistance: 'trailing' } as const;
/** How a line begins that says of a leg why it is not as it was asked for: a tighter stop of an entry counts, too. */
const REFUSAL = /^(Not changed|Not set back|The venue refuses|The price has passed|The stop is at)|asked for:/;

type Action =
  | { readonly kind: 'say'; readonly legs: ProtectionLegs; readonly force: boolean }
  | { readonly kind: 'answer'; readonly status: ProtectionAnswer['status']; readonly isDone: boolean }
  | { readonly kind: 'add' }
  | { readonly kind: 'report' }
  | { readonly kind: 'pass'; readonly ms: number };

/** A venue whose price stands still, with an entry of ours that rests with the protection of the beginning. */
class Desk {
  nowMs = START_MS;
  book = newBook(
    { symbol: SYMBOL, protection: { ...PROTECTION, maxHoldingMinutes: null }, foreign: 'alert' },
    START_MS,
  );
  legs: { -readonly [Leg in (typeof LEGS)[number]]?: string } = { stopLoss: '95', takeProfit: '120' };
  readonly lastWords: { -readonly [Leg in (typeof LEGS)[number]]?: string | null } = {};
  private size = 1;
  private sequence = 1;
  private requests = 0;
  private sent: { readonly id: number; readonly change: ProtectionChange } | undefined;

  take(input: PositionInput): boolean {
    const { book, effects, reply } = reducePosition(this.book, input, this.nowMs);
    this.book = book;
    for (const effect of effects) {
      if (effect.kind === 'setProtection') this.sent = { id: effect.call, change: effect.change };
    }
    return reply?.accepted === true;
  }

  apply(action: Action): void {
    switch (action.kind) {
      case 'say':
        return this.say(action.legs, action.force);
      case 'answer':
        return this.answer(action.status, action.isDone);
      case 'add':
        this.size += 1;
        this.sequence += 1;
        this.legs = { ...this.legs, stopLoss: '95', takeProfit: '120' };
        return;
      case 'report':
        return this.report();
      case 'pass':
        return this.pass(action.ms);
    }
  }

  settle(): void {
    for (let second = 0; second < SETTLED_SECONDS; second += 1) {
      this.pass(1_000);
      this.report();
      this.answer('set', true);
    }
  }

  private say(legs: ProtectionLegs, force: boolean): void {
    this.requests += 1;
    const command = { ...legs, force, requestId: String(this.requests), words: 'a person' };
    const facts = command as Extract<PositionInput, { kind: 'protect' }>['command'];
    if (this.take({ kind: 'protect', command: facts })) Object.assign(this.lastWords, legs);
  }

  private answer(status: ProtectionAnswer['status'], isDone: boolean): void {
    if (this.sent === undefined) return;
    const { id, change } = this.sent;
    this.sent = undefined;
    if (isDone) {
      this.sequence += 1;
      for (const leg of LEGS) if (change[leg] !== undefined) this.legs[leg] = change[leg] ?? undefined;
    }
    this.take({ kind: 'protectionAnswered', call: id, answer: { status, message: 'of the test' } });
  }

  report(): void {
    const row: PositionRow = {
      symbol: SYMBOL,
      side: 'LONG',
      size: String(this.size),
      entryPrice: '100',
      markPrice: '100',
      value: '100',
      ...this.legs,
      openedAtMs: START_MS,
      updatedAtMs: this.nowMs,
      sequence: this.sequence,
      status: 'normal',
    };
    const report = { asOfMs: this.nowMs, row, openers: OPENERS, tradingState: 'active' } as const;
    this.take({ kind: 'report', report });
  }

  private pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let dueMs = nextDueAtMs(this.book, this.nowMs); dueMs !== undefined && dueMs <= untilMs;) {
      this.nowMs = dueMs;
      this.take({ kind: 'tick' });
      dueMs = nextDueAtMs(this.book, this.nowMs);
    }
    this.nowMs = untilMs;
  }
}

const WORDS: fc.Arbitrary<ProtectionLegs> = fc.record(
  {
    stopLoss: fc.integer({ min: 90, max: 99 }).map(String),
    takeProfit: fc.oneof(fc.integer({ min: 101, max: 130 }).map(String), fc.constant(null)),
    trailingDistance: fc.oneof(fc.integer({ min: 1, max: 9 }).map(String), fc.constant(null)),
  },
  { requiredKeys: [] },
);
const ANSWERS = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ status: 'set', isDone: true } as const) },
  fc.record({
    status: fc.constantFrom('already', 'unknown', 'rate_limited', 'rejected', 'price_passed', 'set' as const),
    isDone: fc.constant(false),
  }),
  fc.constant({ status: 'unknown', isDone: true } as const),
) as fc.Arbitrary<Pick<Extract<Action, { kind: 'answer' }>, 'status' | 'isDone'>>;
const ACTION: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('say' as const), legs: WORDS, force: fc.boolean() }) },
  { weight: 3, arbitrary: ANSWERS.map((answer) => ({ kind: 'answer' as const, ...answer })) },
  { weight: 2, arbitrary: fc.constant({ kind: 'add' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'report' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(12_000) }) },
);

test('what people were promised of each leg is in force in the end, or a line says why it is not', () => {
  const property = fc.property(fc.array(ACTION, { maxLength: 30 }), (actions) => {
    const desk = new Desk();
    desk.report();
    for (const action of actions) desk.apply(action);
    desk.settle();
    const refusals = desk.book.timeline.map(({ text }) => text).filter((text) => REFUSAL.test(text));
    for (const leg of LEGS) {
      const promised = desk.lastWords[leg];
      const isSaid = refusals.some((text) => text.includes(LEG_WORDS[leg]));
      if (promised !== undefined && !isSaid) expect([leg, desk.legs[leg] ?? null]).toEqual([leg, promised]);
    }
  });
  fc.assert(property, { numRuns: Math.ceil(RUNS / 5) });
});
