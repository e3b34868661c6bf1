import { newBook, type PositionBook, type ReportFacts } from '../../../../src/domain/position/book';
import type { FormerEpisode } from '../../../../src/domain/position/former';
import { nextDueAtMs } from '../../../../src/domain/position/due';
import type { CancelledEntries } from '../../../../src/domain/position/resting-entries';
import { reducePosition, type PositionInput } from '../../../../src/domain/position/reduce';
import type { PositionEffect } from '../../../../src/domain/position/step';
import type { PositionOpener, PositionRow, ProtectionAnswer } from '../../../../src/domain/position/types';
import type { ProtectionSettings } from '../../../../src/domain/protection/types';
import { DESK_PROTECTION } from '../../../support/position-desk';

export const START_MS = 1_700_000_000_000;
export const SYMBOL = 'BTCUSDT';
export const OPENER: PositionOpener = { fingerprint: 'f', clientOrderId: 'entry', quantity: '0.5', strategy: 'mine' };

/** One position's rules, step by step on a clock of its own; questions to the venue stay open. */
export class Bench {
  nowMs = START_MS;
  book: PositionBook;
  readonly effects: PositionEffect[] = [];
  /** What becomes of entries that rest; undefined: nobody says so. */
  entries: CancelledEntries | 'none' | undefined = 'none';
  private sequence = 0;

  constructor(
    protection: Partial<ProtectionSettings> = {},
    foreign: 'alert' | 'protect' = 'alert',
    former?: FormerEpisode,
  ) {
    const terms = { symbol: SYMBOL, protection: { ...DESK_PROTECTION, ...protection }, foreign };
    this.book = newBook(terms, this.nowMs, former);
  }

  take(input: PositionInput) {
    const { book, effects, reply } = reducePosition(this.book, input, this.nowMs);
    this.book = book;
    this.effects.push(...effects);
    const { entries } = this;
    const isAsked = effects.some(({ kind }) => kind === 'cancelEntries');
    if (isAsked && entries) this.take({ kind: 'entriesCancelled', answer: entries === 'none' ? undefined : entries });
    return reply;
  }

  /** Lets time pass, as whoever keeps time for the rules does. */
  pass(ms: number): this {
    const untilMs = this.nowMs + ms;
    for (let dueMs = nextDueAtMs(this.book, this.nowMs); dueMs !== undefined && dueMs <= untilMs;) {
      this.nowMs = dueMs;
      this.take({ kind: 'tick' });
      dueMs = nextDueAtMs(this.book, this.nowMs);
    }
    this.nowMs = untilMs;
    return this;
  }

  row(change: Partial<PositionRow> = {}): PositionRow {
    this.sequence += 1;
    return {
      symbol: SYMBOL,
      side: 'LONG',
      size: '0.5',
      entryPrice: '61200',
      markPrice: '61300.5',
      value: '30600',
      openedAtMs: START_MS - 1_000,
      updatedAtMs: this.nowMs,
      sequence: this.sequence,
      status: 'normal',
      ...change,
    };
  }

  report(row: PositionRow | null, facts: Partial<ReportFacts> = {}): this {
    const { nowMs: asOfMs } = this;
    this.take({ kind: 'report', report: { asOfMs, row, openers: [OPENER], tradingState: 'active', ...facts } });
    return this;
  }

  answer(status: ProtectionAnswer['status']): this {
    this.take({ kind: 'protectionAnswered', call: this.book.call!.id, answer: { status, message: 'the venue' } });
    return this;
  }

  answerIfAsked(status: ProtectionAnswer['status']): this {
    return this.book.call === undefined ? this : this.answer(status);
  }

  endExit(filledQuantity: string): this {
    this.take({ kind: 'exitEnded', round: this.book.round!.round, end: { filledQuantity, words: 'over.' } });
    return this;
  }

  of<Kind extends PositionEffect['kind']>(kind: Kind) {
    return this.effects.filter((effect): effect is Extract<PositionEffect, { kind: Kind }> => effect.kind === kind);
  }

  get alerts(): readonly string[] {
    return this.of('alert').map(({ text }) => text);
  }
}
