import { z } from 'zod';
import { ExactDecimal, formatDecimal, parseDecimal, parseSignedDecimal } from '../../domain/decimal';
import type { OrderRecord, Side } from '../book/records';
import { readQuantity } from '../matching/order-request';
import { RET_CODES, VenueRefusal } from '../ret-codes';
import type { HttpReply } from './messages';
import { control } from './paper-controls';
import type { VenueCore } from './route';
import { executionRow, orderRow, PRICE_MAX } from './rows';

/*
 * What a test lets happen to positions and money: people who trade the same account by hand, the venue's own closings, funding
 * out of turn, prices that leap, transfers.
 */

/** In the venue's words: placed on its pages to close a position. */
const BY_CLOSING = 'CreateByClosing';

const amount = z.string().refine((text) => {
  const value = parseDecimal(text);
  return value !== undefined && !value.isZero();
}, 'a decimal number above zero in quotes');
const signed = z.string().refine((text) => parseSignedDecimal(text) !== undefined, 'a decimal number in quotes');

const ofPosition = z.strictObject({ symbol: z.string() });
const ofPart = z.strictObject({ symbol: z.string(), quantity: amount.optional() });
const addition = z.strictObject({ symbol: z.string(), quantity: amount, side: z.enum(['Buy', 'Sell']).optional() });
const payment = z.strictObject({ symbol: z.string().optional(), rate: signed.optional() });
const jump = z.union([
  z.strictObject({ symbol: z.string(), price: amount }),
  z.strictObject({ symbol: z.string(), factor: amount }),
]);
const transfer = z.strictObject({ amount: signed });

/** A command about one symbol, which has to be one that the venue trades. */
function symbolControl<Command extends { readonly symbol?: string | undefined }>(
  core: VenueCore,
  shape: z.ZodType<Command>,
  body: string,
  act: (command: Command) => object,
): HttpReply {
  return control(shape, body, (command) => {
    if (command.symbol !== undefined) assertTraded(core, command.symbol);
    return act(command);
  });
}

/** Somebody closes a position, or a part of it, on the venue's pages. */
export function closePosition(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, ofPart, body, ({ symbol, quantity }) => ({
    order: shown(core, closeByHand(core, symbol, quantity)),
  }));
}

/** @throws VenueRefusal 110017 where nothing is open, or what an order of its size is refused for */
export function closeByHand(core: VenueCore, symbol: string, quantity?: string): OrderRecord {
  const { size } = core.book.position(symbol);
  return trade(core, {
    symbol,
    side: sideOf(size) === 'Sell' ? 'Buy' : 'Sell',
    quantity: quantity === undefined ? withoutSign(size) : checked(core, symbol, quantity),
    isClosing: true,
  });
}

/** Somebody makes a position larger on the venue's pages, or opens one. */
export function addToPosition(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, addition, body, ({ symbol, quantity, side }) => ({
    order: shown(core, addByHand(core, symbol, quantity, side)),
  }));
}

/** @param side absent: the position's, or Buy where nothing is open. @throws VenueRefusal what such an order is refused for */
export function addByHand(core: VenueCore, symbol: string, quantity: string, side?: Side): OrderRecord {
  const { size } = core.book.position(symbol);
  return trade(core, {
    symbol,
    side: side ?? sideOf(size) ?? 'Buy',
    quantity: checked(core, symbol, quantity),
    isClosing: false,
  });
}

/** Somebody turns a position to the other side. */
export function flipPosition(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, ofPosition, body, ({ symbol }) => {
    const { size } = core.book.position(symbol);
    const side = sideOf(size) ?? refuseEmpty(symbol);
    const quantity = formatDecimal(new ExactDecimal(withoutSign(size)).mul(2));
    return { order: shown(core, trade(core, { symbol, side: opposite(side), quantity, isClosing: false })) };
  });
}

/** The venue liquidates a position. */
export function liquidatePosition(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, ofPosition, body, ({ symbol }) => ({
    order: shown(core, core.keeper.liquidator.liquidate(symbol) ?? refuseEmpty(symbol)),
  }));
}

/** The venue reduces a position in favour of somebody else's bankruptcy. */
export function deleveragePosition(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, ofPart, body, ({ symbol, quantity }) => {
    const part = quantity === undefined ? undefined : new ExactDecimal(quantity);
    return { order: shown(core, core.keeper.liquidator.deleverage(symbol, part) ?? refuseEmpty(symbol)) };
  });
}

/** The venue loses the stops of a position. */
export function clearStops(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, ofPosition, body, ({ symbol }) => ({
    cleared: core.engine.stops.clear(symbol) || refuseNoStop(symbol),
  }));
}

/** Funding is paid now, at the rate of the next payment or a given one. */
export function payFunding(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, payment, body, ({ symbol, rate }) => ({
    executions: core.keeper.funding
      .payNow(core.clock.steadyNowMs(), rate, symbol)
      .map((execution) => executionRow(execution, core.settle)),
  }));
}

/** The price leaps. */
export function jumpPrice(core: VenueCore, body: string): HttpReply {
  return symbolControl(core, jump, body, (command) => {
    const { symbol } = command;
    const nowMs = core.clock.steadyNowMs();
    const { last } = core.feed.quote(symbol, nowMs);
    const price = 'price' in command ? Number(command.price) : Number(last) * Number(command.factor);
    if (price > Number(PRICE_MAX) || price < Number(core.feed.instruments.get(symbol)!.priceStep)) {
      throw new VenueRefusal(RET_CODES.parametersInvalid, `${symbol} cannot have a price of ${price}.`);
    }
    core.keeper.jump(symbol, price);
    return { symbol, ...core.feed.quote(symbol, nowMs) };
  });
}

/** Money comes into the account, or goes out of it. */
export function transferMoney(core: VenueCore, body: string): HttpReply {
  return control(transfer, body, ({ amount: given }) => ({ row: core.keeper.transfer(new ExactDecimal(given)) }));
}

interface HandTrade {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly isClosing: boolean;
}

function trade(core: VenueCore, { symbol, side, quantity, isClosing }: HandTrade): OrderRecord {
  return core.engine.place(
    {
      clientOrderId: '',
      instrument: core.feed.instruments.get(symbol)!,
      side,
      type: 'Market',
      timeInForce: 'IOC',
      quantity,
      reduceOnly: isClosing,
    },
    { external: true, createType: isClosing ? BY_CLOSING : undefined },
  );
}

/** @throws VenueRefusal 10001 for a quantity that no order may have */
function checked(core: VenueCore, symbol: string, quantity: string): string {
  return readQuantity(quantity, core.feed.instruments.get(symbol)!, 'Market');
}

function assertTraded({ feed }: VenueCore, symbol: string): void {
  if (feed.instruments.has(symbol)) return;
  throw new VenueRefusal(RET_CODES.parametersInvalid, `The paper venue does not trade ${symbol}.`);
}

function refuseEmpty(symbol: string): never {
  throw new VenueRefusal(RET_CODES.reduceOnlyRuleNotSatisfied, `Nothing is open in ${symbol}.`);
}

function refuseNoStop(symbol: string): never {
  throw new VenueRefusal(RET_CODES.parametersInvalid, `Nothing is open in ${symbol} that has a stop.`);
}

function shown(core: VenueCore, order: OrderRecord): object {
  return orderRow(order, core.settle);
}

function sideOf(size: string): Side | undefined {
  if (size === '0') return undefined;
  return size.startsWith('-') ? 'Sell' : 'Buy';
}

function opposite(side: Side): Side {
  return side === 'Buy' ? 'Sell' : 'Buy';
}

function withoutSign(size: string): string {
  return size.startsWith('-') ? size.slice(1) : size;
}
