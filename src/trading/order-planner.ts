import { isDenial, type Denial } from '../domain/denial';
import { ExactDecimal } from '../domain/decimal';
import { orderBoundFigures, type OrderBounds } from '../domain/entry-bounds';
import type { BoundFigure, TradeFacts } from '../domain/explain/types';
import type { Market, OrderPlan, Ticker } from '../domain/market';
import type { ProtectionTerms } from '../domain/protection/plan-protection';
import type { TradingSignal } from '../domain/signal';
import { planOrder } from '../domain/sizing';
import { balancesQuery, type BalancesReply } from '../messages/venue-account';
import { VenueError } from '../venues/venue';
import type { EntityCaller } from './entity-caller';
import type { EntryGate } from './preflight/entry-gate';
import type { PacedVenue } from './paced-venue';

export interface SizingSettings {
  /** A decimal string: the share of free funds that one order uses. */
  readonly fractionOfFree: string;
  /** A decimal string: added to what an order needs when funds are reserved. */
  readonly safetyMargin: string;
  readonly leverage: number;
  readonly protection: ProtectionTerms;
  readonly bounds: OrderBounds;
}

export interface PlanInput {
  readonly clientOrderId: string;
  readonly venue: string;
  readonly signal: TradingSignal;
}

/** Turns a signal into an order at today's price. */
export class OrderPlanner {
  constructor(
    private readonly entities: EntityCaller,
    /** The account's workflow id. */
    private readonly account: string,
    private readonly pacedVenue: PacedVenue,
    private readonly settings: SizingSettings,
    /** Absent: nothing was found out about the account, and entries leave. */
    private readonly entryGate?: Pick<EntryGate, 'faultFor'>,
  ) {}

  /**
   * @param onFacts hears of the figures that the plan is made from, also where none comes of them
   * @returns the plan, or why this signal can never become an order
   * @throws VenueError when the venue's prices or instruments cannot be had for now
   */
  async plan(input: PlanInput, onFacts: (facts: TradeFacts) => void = () => undefined): Promise<OrderPlan | Denial> {
    const { signal } = input;
    const fault = signal.intent === 'entry' ? this.entryGate?.faultFor(signal.symbol) : undefined;
    if (fault !== undefined) return { code: 'VENUE_UNAVAILABLE', message: `No entry is sent: ${fault}` };
    const market = await this.pacedVenue.market(signal.symbol, signal.intent);
    if (!market) {
      return {
        code: 'UNKNOWN_SYMBOL',
        message: `${input.venue} does not trade ${signal.symbol}. Choose one of the configured symbols.`,
      };
    }
    const ticker = await this.pacedVenue.ticker(signal.symbol, signal.intent);
    if (!ticker) throw new VenueError({ kind: 'NOT_PLACED', message: `No price for ${signal.symbol} yet.` });
    const balances = signal.amount === undefined ? await this.balancesFor(signal) : undefined;
    const funds = balances?.assets[market.settle];
    const { priceAgeMs } = this.pacedVenue;
    onFacts({
      ...(priceAgeMs !== undefined && { priceAgeMs: Math.round(priceAgeMs) }),
      ...(funds && { free: funds.free }),
    });
    const plan = planOrder({
      signal,
      market,
      ticker,
      freeFunds: funds?.free ?? '',
      totalFunds: funds?.total,
      ...this.settings,
      clientOrderId: input.clientOrderId,
    });
    if (isDenial(plan)) return plan;
    const bounds = signal.intent === 'entry' ? this.boundsOf(plan, market, ticker, balances) : [];
    if (bounds.length > 0) onFacts({ bounds });
    return { ...plan, plannedAtMs: this.pacedVenue.venue.clockMs() };
  }

  /** The account's bounds of risk come along where it is asked for its funds; else with the reservation. */
  private balancesFor({ symbol, intent }: TradingSignal): Promise<BalancesReply> {
    return intent === 'entry'
      ? this.entities.query(this.account, balancesQuery, symbol)
      : this.entities.query(this.account, balancesQuery);
  }

  private boundsOf(
    { direction, quantity, referencePrice, limitPrice }: OrderPlan,
    market: Market,
    ticker: Ticker,
    balances: BalancesReply | undefined,
  ): readonly BoundFigure[] {
    const order = {
      direction,
      market,
      quantity: new ExactDecimal(quantity),
      price: new ExactDecimal(referencePrice),
      quote: new ExactDecimal(direction === 'BUY' ? ticker.ask : ticker.bid),
      ...(limitPrice !== undefined && { limitPrice: new ExactDecimal(limitPrice) }),
      leverage: new ExactDecimal(this.settings.leverage),
    };
    return [...orderBoundFigures(order, this.settings.bounds), ...(balances?.bounds ?? [])];
  }
}
