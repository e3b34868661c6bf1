import { isRecord, setBounded } from '../src/domain/plain-values';
import { RISK_SYMBOLS_MAX, symbolBook, withSymbol, type RiskBook } from '../src/domain/risk/book';
import type { PositionClosed } from '../src/messages/venue-account';

/**
 * An episode that no report showed may be booked after the next one was seen to be closed. It is older than that, and counts all
 * the same, once; what waits for its own booking goes on waiting.
 */
export class EarlierClosings {
  /** By symbol: when the newest of them was opened. */
  private readonly counted = new Map<string, number>();

  /**
   * @param closed any value: whoever reaches the account can send it
   * @param take what a book becomes by it
   */
  take(book: RiskBook, closed: PositionClosed, take: (book: RiskBook) => RiskBook): RiskBook {
    const { symbol, openedAtMs }: Readonly<Record<string, unknown>> = isRecord(closed) ? closed : {};
    if (typeof symbol !== 'string' || typeof openedAtMs !== 'number') return take(book);
    const { closing, ...rest } = symbolBook(book, symbol);
    if (closing === undefined || closing.isBooked || closing.openedAtMs <= openedAtMs) return take(book);
    if (openedAtMs <= (this.counted.get(symbol) ?? 0)) return book;
    const before = withSymbol(book, symbol, rest);
    const next = take(before);
    if (next === before) return book;
    setBounded(this.counted, symbol, openedAtMs, RISK_SYMBOLS_MAX);
    return withSymbol(next, symbol, { ...symbolBook(next, symbol), closing });
  }
}
