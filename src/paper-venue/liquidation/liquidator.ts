import type { Decimal } from 'decimal.js';
import { ExactDecimal } from '../../domain/decimal';
import type { Book } from '../book/book';
import type { OrderRecord, PositionRecord } from '../book/records';
import type { PaperClock } from '../clock';
import type { PriceFeed } from '../market/price-feed';
import type { Fees } from '../matching/draft';
import { type AccountRisk, accountRisk, maintenanceMargin, openProfit, type RiskMarket } from './maintenance';
import { BY_ADL, BY_LIQUIDATION, cancelBefore, fillVenueOrder, stepPrice, type VenueOrder } from './venue-order';

/** What the venue does to an account that cannot carry its positions, and to one that carries too good ones. */
export class Liquidator {
  constructor(
    private readonly book: Book,
    private readonly feed: PriceFeed,
    private readonly clock: PaperClock,
    private readonly fees: Fees,
  ) {}

  /** The account's margins now. */
  risk(): AccountRisk {
    return accountRisk(this.book, (symbol) => this.marketOf(symbol));
  }

  /** The account's maintenance margin, and what it would be if a position were another one. */
  maintenanceWith(position: PositionRecord): { readonly maintenance: Decimal; readonly afterwards: Decimal } {
    const { maintenance } = this.risk();
    const market = this.marketOf(position.symbol);
    if (!market) return { maintenance, afterwards: maintenance };
    const present = maintenanceMargin(this.book.position(position.symbol), market);
    return { maintenance, afterwards: maintenance.minus(present).plus(maintenanceMargin(position, market)) };
  }

  /** undefined for a symbol that does not trade any more. */
  marketOf(symbol: string): RiskMarket | undefined {
    const instrument = this.feed.instruments.get(symbol);
    if (!instrument) return undefined;
    return { instrument, mark: this.#mark(symbol), takerFee: this.fees.taker };
  }

  /**
   * Liquidates the account where its maintenance margin has reached what it is worth: first its orders are cancelled, then
   * each position is taken over at its bankruptcy price, at which its share of the account is used up.
   */
  liquidateIfDue(): readonly OrderRecord[] {
    const { rate, marginBalance, maintenance } = this.risk();
    if (rate === undefined || rate.lt(1)) return [];
    this.#cancelAll();
    return this.#open().map((position) => {
      const share = maintenanceMargin(position, this.marketOf(position.symbol)!).div(maintenance);
      return this.#takeOver(position, marginBalance.mul(share));
    });
  }

  /**
   * Liquidates one position as though the mark price were its liquidation price now: it loses its maintenance margin.
   *
   * @returns undefined where nothing is open
   */
  liquidate(symbol: string): OrderRecord | undefined {
    const position = this.#open().find((open) => open.symbol === symbol);
    if (!position) return undefined;
    this.#cancelAll();
    return this.#takeOver(position, maintenanceMargin(position, this.marketOf(symbol)!));
  }

  /**
   * Reduces a position at the mark price, as when somebody else's on the other side went bankrupt there.
   *
   * @param quantity absent: all of it
   * @returns undefined where nothing is open
   */
  deleverage(symbol: string, quantity?: Decimal): OrderRecord | undefined {
    const position = this.#open().find((open) => open.symbol === symbol);
    if (!position) return undefined;
    const size = new ExactDecimal(position.size).abs();
    cancelBefore('CancelAllBeforeAdl', [symbol], this.book, this.clock.nowMs());
    const reduced = quantity?.lt(size) ? quantity : size;
    const price = new ExactDecimal(this.#mark(symbol));
    return this.#fill({ position, quantity: reduced, price, createType: BY_ADL, kind: 'AdlTrade' });
  }

  /** @param backing what the position may lose from here, its fee included; below zero: it has lost more already */
  #takeOver(position: PositionRecord, backing: Decimal): OrderRecord {
    const { instrument, mark, takerFee } = this.marketOf(position.symbol)!;
    const size = new ExactDecimal(position.size);
    const quantity = size.abs();
    const isLong = size.isPositive();
    const left = isLong ? quantity.mul(mark).minus(backing) : quantity.mul(mark).plus(backing);
    const afterFee = new ExactDecimal(1).plus(isLong ? `-${takerFee}` : takerFee);
    const price = stepPrice(left.div(quantity.mul(afterFee)), isLong, instrument.priceStep);
    return this.#fill({ position, quantity, price, createType: BY_LIQUIDATION, kind: 'BustTrade' });
  }

  #fill(order: VenueOrder): OrderRecord {
    const { book, fees, clock } = this;
    const steadyMs = clock.steadyNowMs();
    const quote = this.feed.quote(order.position.symbol, steadyMs);
    return fillVenueOrder(order, { book, fees, moment: { atMs: clock.nowMs(), steadyMs, quote } });
  }

  #cancelAll(): void {
    cancelBefore('CancelAllBeforeLiq', this.book.orders.symbolsWithOpenOrders(), this.book, this.clock.nowMs());
  }

  /** Worst first. */
  #open(): PositionRecord[] {
    const profit = (position: PositionRecord): Decimal => openProfit(position, this.#mark(position.symbol));
    return [...this.book.positions]
      .filter(({ symbol, size }) => size !== '0' && this.feed.instruments.has(symbol))
      .toSorted((one, other) => profit(one).comparedTo(profit(other)));
  }

  #mark(symbol: string): string {
    return this.feed.quote(symbol, this.clock.steadyNowMs()).mark;
  }
}
