/** Whatever order reports of equity and rows of the money log come in: what was lost is the same. */
import * as fc from 'fast-check';
import type { MoneyRow } from '../../src/domain/position/types';
import { lossesOf } from '../../src/domain/risk/money';
import * as risk from '../../src/domain/risk/risk';
import { NOW_MS } from '../unit/domain/risk/desk';
import { RUNS } from './scale';

const RULES = { dailyLossFraction: '0.9', drawdownFraction: '0.9' };
/** From one event to the next; further apart than what is doubtful. */
const STEP_MS = 3_000;
const FIRST = 100_000;

type Event =
  | {
      readonly kind: 'profit' | 'transfer';
      readonly change: number;
      readonly lateSteps: number;
      readonly isTwice: boolean;
    }
  | { readonly kind: 'report' }
  | { readonly kind: 'read' };

const moved = fc.record({
  kind: fc.constantFrom('profit' as const, 'transfer' as const),
  change: fc.integer({ min: -900, max: 900 }).filter((change) => change !== 0),
  lateSteps: fc.nat(3),
  isTwice: fc.boolean(),
});
const events = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: moved },
    { weight: 3, arbitrary: fc.constant<Event>({ kind: 'report' }) },
    { weight: 2, arbitrary: fc.constant<Event>({ kind: 'read' }) },
  ),
  { maxLength: 40 },
);

/** What the account truly earned, and how much of it was reported at most. */
class Truth {
  equity = FIRST;
  earned = 0;
  earnedMost = 0;

  move({ kind, change }: { readonly kind: string; readonly change: number }): void {
    this.equity += change;
    if (kind === 'profit') this.earned += change;
  }

  report(): void {
    this.earnedMost = Math.max(this.earnedMost, this.earned);
  }
}

interface Told {
  readonly row: MoneyRow;
  readonly fromMs: number;
}

function checkLost(list: readonly Event[]): void {
  const truth = new Truth();
  const told: Told[] = [];
  let nowMs = NOW_MS;
  let book = risk.emptyBook();
  const report = (): void => {
    truth.report();
    book = risk.takeEquity(book, { asset: 'USDT', amount: String(truth.equity), asOfMs: nowMs }, RULES, nowMs);
  };
  const read = (): void => {
    const sinceMs = book.money.readUntilMs === 0 ? NOW_MS - 60_000 : Math.max(0, book.money.readUntilMs - 120_000);
    const from = book.money.day ? sinceMs : Math.floor(nowMs / 86_400_000) * 86_400_000;
    const rows = told.filter(({ fromMs, row }) => fromMs <= nowMs && row.atMs >= from).map(({ row }) => row);
    book = risk.takeMoney(book, rows, { sinceMs: from, atMs: nowMs }, RULES, nowMs);
  };
  report();
  read();
  for (const [index, event] of list.entries()) {
    nowMs += STEP_MS;
    if (event.kind === 'report') report();
    else if (event.kind === 'read') read();
    else {
      truth.move(event);
      const { change, lateSteps, isTwice, kind } = event;
      const row: MoneyRow = {
        executionId: '',
        orderId: '',
        kind: kind === 'profit' ? 'trade' : change > 0 ? 'transfer_in' : 'transfer_out',
        symbol: '',
        change: String(change),
        fee: '0',
        funding: '0',
        balance: String(index),
        atMs: nowMs,
      };
      const one = { row, fromMs: nowMs + lateSteps * STEP_MS };
      told.push(one, ...(isTwice ? [one] : []));
    }
  }
  nowMs += 4 * STEP_MS;
  report();
  read();
  const { ofDay, ofPeak } = lossesOf(book.money, nowMs);
  expect([ofDay?.lost.toNumber(), ofPeak?.lost.toNumber()]).toEqual([
    0 - truth.earned,
    truth.earnedMost - truth.earned,
  ]);
}

test('transfers that are told late, early, twice or all at once change nothing of what was lost', () => {
  fc.assert(
    fc.property(events, (list) => {
      checkLost(list);
    }),
    { numRuns: RUNS },
  );
});
