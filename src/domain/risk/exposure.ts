import type { Decimal } from 'decimal.js';
import { ExactDecimal, parseDecimal, ZERO } from '../decimal';
import type { Reservation } from '../ledger/types';
import type { RiskBook } from './book';
import { ComingShares } from './contained';

type Direction = 'BUY' | 'SELL';

/** Value of one symbol by side: open, filled and not yet reported, and pending. */
export interface SymbolExposure {
  readonly BUY: Decimal;
  readonly SELL: Decimal;
}

const NONE: SymbolExposure = { BUY: ZERO, SELL: ZERO };

/**
 * What is at risk in each symbol. Of what may be counted twice or not at all both are counted; what the venue's row shows
 * is counted once.
 */
export class Exposure {
  private readonly bySymbol = new Map<string, SymbolExposure>();
  private unknown: string | undefined;

  /** @param pending all reservations that are pending: exits among them open nothing */
  constructor(book: RiskBook, pending: readonly Reservation[]) {
    for (const [symbol, { position, fills = [], isUnread }] of Object.entries(book.symbols)) {
      if (isUnread) this.unknown = `The venue's row of the position in ${symbol} cannot be read`;
      if (position) this.add(symbol, position.side === 'LONG' ? 'BUY' : 'SELL', position.value);
      for (const { bought, sold } of fills) {
        if (bought !== '0') this.add(symbol, 'BUY', bought);
        if (sold !== '0') this.add(symbol, 'SELL', sold);
      }
    }
    const coming = new ComingShares(book.symbols);
    for (const { intent, metadata, createdAtMs } of pending) {
      if (intent === 'exit') continue;
      const { symbol, direction } = metadata;
      // There may be hundreds of them: what was looked at when it was reserved is not looked at again.
      const [quantity, price] = [parseDecimal(metadata.quantity), parseDecimal(metadata.referencePrice)];
      const isOrder = typeof symbol === 'string' && (direction === 'BUY' || direction === 'SELL');
      if (isOrder && quantity && price) {
        const rest = coming.notShown({ symbol, direction, createdAtMs }, quantity);
        if (!rest.isZero()) this.add(symbol, direction, rest.times(price));
      } else this.unknown = 'A pending reservation names no order';
    }
  }

  /** Why nothing here is complete; undefined: it is. */
  get missing(): string | undefined {
    return this.unknown;
  }

  /** Symbols with a position or with what may become one. */
  get symbols(): ReadonlySet<string> {
    return new Set(this.bySymbol.keys());
  }

  of(symbol: string): Decimal {
    return grossOf(this.bySymbol.get(symbol) ?? NONE);
  }

  get total(): Decimal {
    return [...this.bySymbol.values()].reduce((sum, sides) => sum.plus(grossOf(sides)), ZERO);
  }

  ofGroup(symbols: readonly string[], direction: Direction): Decimal {
    return symbols.reduce((sum, symbol) => sum.plus((this.bySymbol.get(symbol) ?? NONE)[direction]), ZERO);
  }

  private add(symbol: string, direction: Direction, value: Decimal | string): void {
    const before = this.bySymbol.get(symbol);
    const sum = new ExactDecimal(value);
    this.bySymbol.set(
      symbol,
      before ? { ...before, [direction]: sum.plus(before[direction]) } : { ...NONE, [direction]: sum },
    );
  }
}

function grossOf({ BUY, SELL }: SymbolExposure): Decimal {
  if (SELL === ZERO) return BUY;
  return BUY === ZERO ? SELL : BUY.plus(SELL);
}
