import { randomUUID } from 'node:crypto';
import type { Decimal } from 'decimal.js';
import { formatDecimal } from '../domain/decimal';
import type { Book } from './book/book';
import type { PaperClock } from './clock';
import { FundingPayments } from './funding/funding-payments';
import type { FundingRates } from './funding/funding-rates';
import { Liquidator } from './liquidation/liquidator';
import type { PriceFeed } from './market/price-feed';
import type { Fees } from './matching/draft';
import type { MatchingEngine } from './matching/matching-engine';
import { transferRow } from './money-log/money';
import type { MoneyRecord } from './money-log/records';
import { RET_CODES, VenueRefusal } from './ret-codes';

/** What happens to an account without a request: orders that rest fill, funding is paid, who cannot pay is liquidated. */
export class AccountKeeper {
  constructor(
    private readonly book: Book,
    private readonly engine: MatchingEngine,
    private readonly feed: PriceFeed,
    private readonly clock: PaperClock,
    readonly funding: FundingPayments,
    readonly liquidator: Liquidator,
    private readonly settle: string,
  ) {}

  /** Lets happen what is due now. */
  beat(): void {
    this.funding.payDue(this.clock.steadyNowMs(), (untilMs) => this.engine.stops.advance(untilMs));
    this.engine.matchOpenOrders();
    this.liquidator.liquidateIfDue();
  }

  /** From now on the price of a symbol is this, and whatever follows from it happens. @param price above zero */
  jump(symbol: string, price: number): void {
    this.feed.jump(symbol, price, this.clock.steadyNowMs());
    this.book.commit({ priceJumps: this.feed.jumps });
    this.beat();
  }

  /**
   * Moves money into the account, or out of it.
   *
   * @param amount negative: out of it
   * @throws VenueRefusal 110007 for more than is free
   */
  transfer(amount: Decimal): MoneyRecord {
    const { total, available } = this.book.walletBalance;
    if (available.plus(amount).lt(0)) {
      throw new VenueRefusal(
        RET_CODES.balanceInsufficient,
        `Only ${formatDecimal(available)} ${this.settle} are free, and ${formatDecimal(amount.abs())} would go.`,
      );
    }
    const balance = total.plus(amount);
    const row = transferRow(amount, balance, {
      sequence: this.book.ledgers.money.lastSequence + 1,
      currency: this.settle,
      transferId: randomUUID(),
      atMs: this.clock.nowMs(),
    });
    this.book.commit({ walletBalance: formatDecimal(balance), money: [row] });
    return row;
  }
}

/** What a keeper is made of. */
export interface KeeperParts {
  readonly book: Book;
  readonly engine: MatchingEngine;
  readonly feed: PriceFeed;
  readonly clock: PaperClock;
  readonly fees: Fees;
  readonly rates: FundingRates;
  readonly settle: string;
  readonly accountId: string;
}

export function keeperOf({ book, engine, feed, clock, fees, rates, settle, accountId }: KeeperParts): AccountKeeper {
  const markAt = (symbol: string, atMs: number): string => feed.quote(symbol, atMs).mark;
  const funding = new FundingPayments(book, rates, markAt, accountId);
  return new AccountKeeper(book, engine, feed, clock, funding, new Liquidator(book, feed, clock, fees), settle);
}
