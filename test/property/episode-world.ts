import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { Execution, MoneyRow, PositionSide } from '../../src/domain/position/types';

/** What happens to a symbol's position, as a venue in one-way mode books it. */
export type WorldEvent =
  /** Quantity in thousandths, price in hundredths; fee in millionths of the value, negative: a rebate. */
  | {
      readonly kind: 'fill';
      readonly direction: 'BUY' | 'SELL';
      readonly quantity: number;
      readonly price: number;
      readonly fee: number;
    }
  | { readonly kind: 'funding'; readonly paid: number };

export const worldEvents: fc.Arbitrary<readonly WorldEvent[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('fill' as const),
        direction: fc.constantFrom('BUY' as const, 'SELL' as const),
        quantity: fc.integer({ min: 1, max: 7 }),
        price: fc.integer({ min: 1, max: 1_000_000 }),
        fee: fc.integer({ min: -300, max: 900 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('funding' as const), paid: fc.integer({ min: -5_000, max: 5_000 }) }),
    },
  ),
  { maxLength: 25 },
);

/** One position as the venue knows it. */
export interface TrueEpisode {
  readonly side: PositionSide;
  readonly openedAtMs: number;
  closedAtMs?: number;
  sizeMax: Decimal;
  bought: Decimal;
  sold: Decimal;
}

export const SYMBOL = 'BTCUSDT';
const START_MS = 1_700_000_000_000;
const STEP_MS = 5_000;

/** A venue's books: executions, the wallet and its log. */
export class EpisodeWorld {
  readonly executions: Execution[] = [];
  readonly rows: MoneyRow[] = [];
  readonly episodes: TrueEpisode[] = [];
  private position = new Decimal(0);
  private entryValue = new Decimal(0);
  private wallet = new Decimal(1_000_000);

  /** @param isClosed whether what is open in the end is closed */
  constructor(events: readonly WorldEvent[], isClosed = false) {
    events.forEach((event, index) => {
      const atMs = START_MS + index * STEP_MS;
      if (event.kind === 'fill') this.fill(event, atMs, `e${index}`);
      else if (!this.position.isZero()) this.fund(event.paid, atMs, `e${index}`);
    });
    if (!isClosed || this.position.isZero()) return;
    const direction = this.position.isNegative() ? 'BUY' : 'SELL';
    const quantity = this.position.abs().times(1_000).toNumber();
    this.fill({ kind: 'fill', direction, quantity, price: 4_321, fee: 55 }, START_MS + events.length * STEP_MS, 'last');
  }

  private fill(event: Extract<WorldEvent, { kind: 'fill' }>, atMs: number, id: string): void {
    const [quantity, price] = [new Decimal(event.quantity).dividedBy(1_000), new Decimal(event.price).dividedBy(100)];
    const sign = event.direction === 'BUY' ? 1 : -1;
    const isAgainst = this.position.times(sign).isNegative() && !this.position.isZero();
    const closed = isAgainst ? Decimal.min(this.position.abs(), quantity) : new Decimal(0);
    const opened = quantity.minus(closed);
    const fee = quantity.times(price).times(event.fee).dividedBy(1_000_000);
    let gain = new Decimal(0);
    if (!closed.isZero()) {
      // Average cost; what rounds here rounds in the log and nowhere else.
      const cost = this.entryValue.times(closed).dividedBy(this.position.abs()).toDecimalPlaces(8);
      gain = closed.times(price).minus(cost).times(-sign);
      this.entryValue = this.entryValue.minus(cost);
      this.position = this.position.plus(closed.times(sign));
      const episode = this.episodes.at(-1)!;
      this.note(episode, event.direction, closed.times(price));
      if (this.position.isZero()) episode.closedAtMs = atMs;
    }
    if (!opened.isZero()) {
      if (this.position.isZero()) {
        this.entryValue = new Decimal(0);
        const side = sign === 1 ? 'LONG' : 'SHORT';
        this.episodes.push({ side, openedAtMs: atMs, sizeMax: opened, bought: new Decimal(0), sold: new Decimal(0) });
      }
      this.position = this.position.plus(opened.times(sign));
      this.entryValue = this.entryValue.plus(opened.times(price));
      const episode = this.episodes.at(-1)!;
      this.note(episode, event.direction, opened.times(price));
      episode.sizeMax = Decimal.max(episode.sizeMax, this.position.abs());
    }
    this.executions.push({
      executionId: id,
      orderId: `o-${id}`,
      clientOrderId: '',
      symbol: SYMBOL,
      direction: event.direction,
      kind: 'trade',
      quantity: quantity.toFixed(),
      price: price.toFixed(),
      fee: fee.toFixed(),
      closedQuantity: closed.toFixed(),
      stopOrderType: '',
      createType: 'CreateByUser',
      atMs,
    });
    this.book({ kind: 'trade', id, orderId: `o-${id}`, change: gain.minus(fee), fee, funding: new Decimal(0), atMs });
  }

  private fund(paid: number, atMs: number, id: string): void {
    const fee = new Decimal(paid).dividedBy(10_000);
    this.executions.push({
      executionId: id,
      orderId: '',
      clientOrderId: '',
      symbol: SYMBOL,
      direction: this.position.isNegative() ? 'SELL' : 'BUY',
      kind: 'funding',
      quantity: this.position.abs().toFixed(),
      price: '1',
      fee: fee.toFixed(),
      closedQuantity: '0',
      stopOrderType: '',
      createType: '',
      atMs,
    });
    const received = fee.negated();
    this.book({ kind: 'funding', id, orderId: '', change: received, fee: new Decimal(0), funding: received, atMs });
  }

  private note(episode: TrueEpisode, direction: 'BUY' | 'SELL', value: Decimal): void {
    if (direction === 'BUY') episode.bought = episode.bought.plus(value);
    else episode.sold = episode.sold.plus(value);
  }

  private book(row: {
    readonly kind: MoneyRow['kind'];
    readonly id: string;
    readonly orderId: string;
    readonly change: Decimal;
    readonly fee: Decimal;
    readonly funding: Decimal;
    readonly atMs: number;
  }): void {
    this.wallet = this.wallet.plus(row.change);
    this.rows.push({
      executionId: row.id,
      orderId: row.orderId,
      kind: row.kind,
      symbol: SYMBOL,
      change: row.change.toFixed(),
      fee: row.fee.toFixed(),
      funding: row.funding.toFixed(),
      balance: this.wallet.toFixed(),
      atMs: row.atMs,
    });
  }
}
