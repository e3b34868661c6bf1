import { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { Instrument } from '../market/instrument';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import type { Side } from '../book/records';

/**
 * How far from the market a limit price may lie, as fractions of the mark price; Bybit names them priceLimitRatioX and
 * priceLimitRatioY. The first holds where index and mark price agree, the second wherever they do not.
 */
export interface PriceBand {
  readonly x: string;
  readonly y: string;
}

/** delisting: what is open may be closed, nothing opened. closed: nothing trades. */
export type SymbolState = 'trading' | 'delisting' | 'closed';

export interface TradingTerms {
  /** Absent: every price that the instrument allows. */
  readonly band?: PriceBand;
  /** Prices outside the band are refused; otherwise they are moved to its edge, without a word in the answer. */
  readonly refusesPricesOutsideBand?: boolean;
  /** Whether trading stands still, by the venue's and the machine's clock. */
  readonly isStopped?: (nowMs: number, steadyNowMs: number) => boolean;
  /** Symbols that never trade, because nothing tells their prices; absent: none. */
  readonly still?: ReadonlySet<string>;
}

export interface PriceLimits {
  readonly highestBuy: Decimal;
  readonly lowestSell: Decimal;
}

/** What the venue lets be traded, at which prices, and when. */
export class TradingRules {
  readonly #states = new Map<string, { readonly state: SymbolState; readonly untilMs: number }>();

  constructor(private readonly terms: TradingTerms = {}) {}

  get band(): PriceBand | undefined {
    return this.terms.band;
  }

  /** @param steadyNowMs the machine's clock */
  stateOf(symbol: string, steadyNowMs: number): SymbolState {
    if (this.terms.still?.has(symbol)) return 'closed';
    const entry = this.#states.get(symbol);
    return entry && steadyNowMs < entry.untilMs ? entry.state : 'trading';
  }

  /** @param untilMs on the machine's clock; absent: until the next change */
  setState(symbol: string, state: SymbolState, untilMs = Number.POSITIVE_INFINITY): void {
    this.#states.set(symbol, { state, untilMs });
  }

  /** Every symbol trades again. */
  openAll(): void {
    this.#states.clear();
  }

  /**
   * @throws VenueRefusal 110066 while trading stands still, 110074 for a symbol that does not trade, 30228 where only what is
   *   open may be closed
   */
  assertTradable(
    { symbol, reduceOnly }: { readonly symbol: string; readonly reduceOnly: boolean },
    { nowMs, steadyNowMs }: { readonly nowMs: number; readonly steadyNowMs: number },
  ): void {
    if (this.terms.isStopped?.(nowMs, steadyNowMs)) {
      throw new VenueRefusal(RET_CODES.tradingNotAllowed, 'Trading is currently not allowed.');
    }
    const state = this.stateOf(symbol, steadyNowMs);
    if (state === 'closed') throw new VenueRefusal(RET_CODES.contractNotLive, 'This contract is not live');
    if (state === 'delisting' && !reduceOnly) {
      throw new VenueRefusal(RET_CODES.delisting, 'No new positions during delisting');
    }
  }

  /** The band around a mark price, which is the index price, too: there is no other market here. */
  priceLimits({ priceStep }: Instrument, markPrice: string): PriceLimits | undefined {
    if (!this.terms.band) return undefined;
    const { x, y } = this.terms.band;
    const mark = new ExactDecimal(markPrice);
    const above = (ratio: string): Decimal => mark.mul(new ExactDecimal(1).plus(ratio));
    const below = (ratio: string): Decimal => mark.mul(new ExactDecimal(1).minus(ratio));
    const highest = Decimal.min(Decimal.max(mark, above(x)), above(y));
    const lowest = Decimal.max(Decimal.min(mark, below(x)), below(y));
    return {
      highestBuy: highest.div(priceStep).floor().mul(priceStep),
      lowestSell: lowest.div(priceStep).ceil().mul(priceStep),
    };
  }

  /**
   * The price at which a limit order stands: its own, or the edge of the band.
   *
   * @throws VenueRefusal 30208 or 30209 where prices outside are refused
   */
  standingPrice(side: Side, limitPrice: string, instrument: Instrument, markPrice: string): string {
    const limits = this.priceLimits(instrument, markPrice);
    if (!limits) return limitPrice;
    const { highestBuy, lowestSell } = limits;
    const isOutside = side === 'Buy' ? highestBuy.lt(limitPrice) : lowestSell.gt(limitPrice);
    if (!isOutside) return limitPrice;
    if (!this.terms.refusesPricesOutsideBand) return (side === 'Buy' ? highestBuy : lowestSell).toFixed();
    if (side === 'Buy') {
      throw new VenueRefusal(RET_CODES.priceAboveBand, 'The order price is higher than the maximum buying price.');
    }
    throw new VenueRefusal(RET_CODES.priceBelowBand, 'The order price is lower than the minimum selling price.');
  }
}
