import { type AccountKeeper, keeperOf } from '../../../../src/paper-venue/account-keeper';
import { Book } from '../../../../src/paper-venue/book/book';
import { Journal } from '../../../../src/paper-venue/book/journal';
import { PaperClock } from '../../../../src/paper-venue/clock';
import { FundingRates, NO_FUNDING } from '../../../../src/paper-venue/funding/funding-rates';
import { PriceFeed } from '../../../../src/paper-venue/market/price-feed';
import { MatchingEngine } from '../../../../src/paper-venue/matching/matching-engine';
import { type NewOrder, parseNewOrder } from '../../../../src/paper-venue/matching/order-request';
import { type PriceBand, TradingRules } from '../../../../src/paper-venue/matching/trading-rules';
import { readStopChange } from '../../../../src/paper-venue/matching/stop-change';
import { ScriptedMarket } from './scripted-market';

const START_PRICE = 50_000;
const START_MS = 1_700_000_000_000;

const MINUTE_MS = 60_000;

/** A book and an engine over a scripted market, without the server. */
export class Account {
  readonly market: ScriptedMarket;
  readonly book: Book;
  readonly engine: MatchingEngine;
  readonly keeper: AccountKeeper;
  readonly feed: PriceFeed;
  #nowMs: number;

  /** @param nowMs the machine's clock, by which a second account may continue in the folder of a first one */
  constructor(
    stateDir: string,
    balance = '100000',
    {
      markBasis = 0,
      nowMs = START_MS,
      market = scripted(),
      band = undefined as PriceBand | undefined,
      leverage = 10,
      funding = NO_FUNDING,
    } = {},
  ) {
    this.market = market;
    this.#nowMs = nowMs;
    this.feed = new PriceFeed(this.market, 1, 0.00001, markBasis);
    this.book = Book.open(new Journal(stateDir), { balance, leverage, takerFee: '0.001' });
    this.feed.restoreJumps(this.book.priceJumps);
    const fees = { taker: '0.001', maker: '0.0005' };
    const clock = new PaperClock(() => this.#nowMs);
    this.engine = new MatchingEngine(this.book, this.feed, clock, fees, 'always', new TradingRules({ band }));
    const { book, engine, feed } = this;
    const rates = new FundingRates(1, funding);
    this.keeper = keeperOf({ book, engine, feed, clock, fees, rates, settle: 'USDT', accountId: '100000001' });
  }

  /** The machine's clock, milliseconds UTC. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Time passes while the venue is down. */
  sleepUntil(atMs: number): void {
    this.#nowMs = atMs;
  }

  /** Sets, changes or removes what guards the position, as a request does. */
  setStops(changes: Readonly<Record<string, unknown>>): void {
    this.engine.stops.change('BTCUSDT', readStopChange(changes, this.feed.instruments.get('BTCUSDT')!));
  }

  /** The stops that wait: kind, price and quantity. */
  get stops(): string[] {
    return this.book.orders
      .stops('BTCUSDT')
      .map(({ stop, quantity }) => `${stop?.kind} ${stop?.triggerPrice ?? stop?.distance} of ${quantity}`);
  }

  /** Moves to the next minute, in which the price is this. */
  movePrice(price: number): void {
    this.market.setPrice(price, Math.floor(this.#nowMs / MINUTE_MS) + 1);
    this.waitMs(MINUTE_MS);
  }

  waitMs(durationMs: number): void {
    this.#nowMs += durationMs;
    this.keeper.beat();
  }

  order(changes: Readonly<Record<string, unknown>>): NewOrder {
    const body = { category: 'linear', symbol: 'BTCUSDT', side: 'Buy', orderType: 'Market', qty: '1', ...changes };
    return parseNewOrder(body, this.feed.instruments);
  }

  /** Total, available and position size, for comparisons. */
  get figures(): { total: string; available: string; size: string } {
    const { total, available } = this.book.walletBalance;
    return { total: total.toFixed(), available: available.toFixed(), size: this.book.position('BTCUSDT').size };
  }
}

function scripted(): ScriptedMarket {
  return new ScriptedMarket('BTCUSDT', START_PRICE);
}
