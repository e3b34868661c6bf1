import { ExactDecimal } from '../domain/decimal';
import type { Book } from './book/book';

/** A symbol of which something is open. */
export interface HeldSymbol {
  readonly symbol: string;
  /** The last price that the book knows of it, above zero; absent: it knows none. */
  readonly lastPrice?: number;
}

/** Symbols with an open position or an open order: the venue needs their market, whatever is configured by now. */
export function heldSymbols(book: Book): readonly HeldSymbol[] {
  const open = [...book.positions].filter(({ size }) => size !== '0').map(({ symbol }) => symbol);
  const symbols = new Set([...open, ...book.orders.symbolsWithOpenOrders()]);
  return [...symbols].map((symbol) => ({ symbol, ...lastPriceOf(book, symbol) }));
}

/** Of its last execution; of a symbol that has none, its position's or an open order's. */
function lastPriceOf(book: Book, symbol: string): Pick<HeldSymbol, 'lastPrice'> {
  const { size, entryValue } = book.position(symbol);
  for (const execution of book.orders.executions()) {
    if (execution.symbol === symbol) return priced(execution.markPrice ?? execution.price);
  }
  if (size !== '0') return priced(new ExactDecimal(entryValue).div(size).abs().toFixed());
  const order = [...book.orders.openOrders(symbol)].find(({ limitPrice }) => limitPrice !== undefined);
  return priced(order?.limitPrice);
}

function priced(text: string | undefined): Pick<HeldSymbol, 'lastPrice'> {
  const lastPrice = Number(text);
  return lastPrice > 0 && Number.isFinite(lastPrice) ? { lastPrice } : {};
}
