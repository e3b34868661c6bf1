import Decimal from 'decimal.js';
import type { ClosedTrade } from '../src/domain/position/types';
import type { PositionLife } from '../src/paper-venue/book/position-life';
import type { KnownExit } from './exit-watch';
import type { AuditedOrder } from './venue-auditor';
import type { EpisodeFill, VenueEpisode } from './venue-episodes';
import type { VenueLedgers } from './venue-ledgers';
import { assertInvariant } from './violation';

/** A position that a fault took the stop of has one again, or is closed, within this, kills and repairs included. */
const UNPROTECTED_BY_FAULT_MAX_MS = 150_000;
/** How far the instant of a trade's opening may be from the venue's. */
const OPENED_APART_MAX_MS = 1_000;

/** What positions came to, by the venue's books. */
export interface PositionFigures {
  /** Opened by signals that were handed in. */
  readonly positions: number;
  /** Orders of ours that closed something, signals' exits included. */
  readonly exits: number;
  readonly doubleExits: number;
  /** Exits that closed the position after the one that they were sent for. */
  readonly lateExits: number;
  readonly flips: number;
  /** The longest that a position which was opened with a stop had none, milliseconds; where no fault had taken it, and where one had. */
  readonly unprotectedMs: number;
  readonly unprotectedByFaultMs: number;
  /** Trades whose figures the venue's money log proves, and those that are estimated. */
  readonly trades: number;
  readonly estimated: number;
}

/** What must hold at every moment. @throws Violation */
export function checkLives(lives: Readonly<Record<string, PositionLife>>): void {
  for (const life of Object.values(lives)) {
    const show = (): string => JSON.stringify(life);
    const isBareNow = life.unprotectedSinceMs !== undefined && life.timedAs === 'withStop';
    const isGuarded = life.unprotectedWithStop.maxMs === 0 && !isBareNow;
    assertInvariant(isGuarded, 'a position of ours has its stop from its first fill', show);
    const isOne = life.stopsMax <= 1 && life.targetsMax <= 1;
    assertInvariant(isOne, 'a position has one stop and one target at most', show);
    assertInvariant(life.wrongQuantities === 0, 'a stop is of the size of its position', show);
    const { maxMs } = life.unprotectedByFault;
    assertInvariant(maxMs <= UNPROTECTED_BY_FAULT_MAX_MS, 'a lost stop is back, or the position is closed', show);
  }
}

export interface PositionBooks {
  readonly orders: readonly AuditedOrder[];
  readonly episodes: readonly VenueEpisode[];
  readonly lives: Readonly<Record<string, PositionLife>>;
  readonly exits: readonly KnownExit[];
  readonly isHandedIn: (clientOrderId: string) => boolean;
}

/** What the venue's executions say of entries and exits. @throws Violation */
export function checkExecutions(books: PositionBooks): Omit<PositionFigures, 'trades' | 'estimated'> {
  const { orders, episodes, lives, exits, isHandedIn } = books;
  const exitIds = new Set(exits.map(({ clientOrderId }) => clientOrderId));
  const isOurs = ({ orderLinkId }: AuditedOrder): boolean => exitIds.has(orderLinkId) || isHandedIn(orderLinkId);
  for (const order of orders.filter(isOurs)) {
    const isExit = exitIds.has(order.orderLinkId);
    assertInvariant(order.reduceOnly || !isExit, 'an exit only reduces', () => JSON.stringify(order));
    const isGuarded = order.reduceOnly ? order.stopLoss === '' : order.stopLoss !== '';
    assertInvariant(isGuarded, 'an entry brings its stop, and an exit none', () => JSON.stringify(order));
  }
  const ours = episodes.filter(({ fills }) => fills[0] && isOurs(fills[0].order));
  // Where somebody else trades the same symbol, what an entry of ours met was not there when it was authorized.
  const unmixed = ours.filter(({ fills }) => fills.every(({ order }) => isOurs(order) || !isStrangers(order)));
  const reducers = unmixed.flatMap(({ fills }) =>
    fills.filter(({ order, reduces }) => reduces && isOurs(order) && !order.reduceOnly),
  );
  const flips = unmixed.flatMap(({ fills }) => fills.filter(({ order, isFlip }) => isFlip && isOurs(order)));
  const show = (found: readonly EpisodeFill[]): string => JSON.stringify(episodesWith(unmixed, found).map(shown));
  assertInvariant(flips.length === 0, 'no order of ours turns a position over', () => show(flips));
  assertInvariant(reducers.length === 0, 'nothing but an exit reduces', () => show(reducers));
  const doubled = doubleExits(exits, episodes);
  assertInvariant(doubled.length === 0, 'one exit is under way at a time', () => JSON.stringify(doubled));
  const longest = (pick: (life: PositionLife) => number): number => Math.max(0, ...Object.values(lives).map(pick));
  return {
    positions: ours.length,
    exits: orders.filter((order) => isOurs(order) && order.reduceOnly && order.fills.length > 0).length,
    doubleExits: doubled.length,
    lateExits: lateExits(exits, episodes).length,
    flips: flips.length,
    unprotectedMs: longest(({ unprotectedWithStop }) => unprotectedWithStop.maxMs),
    unprotectedByFaultMs: longest(({ unprotectedByFault }) => unprotectedByFault.maxMs),
  };
}

function episodesWith(episodes: readonly VenueEpisode[], found: readonly EpisodeFill[]): readonly VenueEpisode[] {
  return episodes.filter(({ fills }) => fills.some((one) => found.includes(one)));
}

/** Placed by a person at the venue, or by a fault plan: neither ours nor the stop of a position. */
function isStrangers({ reduceOnly }: AuditedOrder): boolean {
  return !reduceOnly;
}

/** Exits by positions' own workflows that closed something after a later exit of the same position already had. */
function doubleExits(exits: readonly KnownExit[], episodes: readonly VenueEpisode[]): readonly KnownExit[] {
  return exitsWith(exits, episodes, (exit, episode, roundBefore) => isOf(exit, episode) && exit.round < roundBefore);
}

/**
 * Exits that were sent for one position and closed the next one: that one was opened, by an entry that was authorized before,
 * while the exit was on its way.
 */
function lateExits(exits: readonly KnownExit[], episodes: readonly VenueEpisode[]): readonly KnownExit[] {
  return exitsWith(exits, episodes, (exit, episode) => exit.openedAtMs < episode.openedAtMs - OPENED_APART_MAX_MS);
}

function exitsWith(
  exits: readonly KnownExit[],
  episodes: readonly VenueEpisode[],
  isMeant: (exit: KnownExit, episode: VenueEpisode, roundBefore: number) => boolean,
): readonly KnownExit[] {
  const byId = new Map(exits.map((exit) => [exit.clientOrderId, exit]));
  return episodes.flatMap((episode) => {
    let roundBefore = 0;
    return episode.fills.flatMap(({ order }) => {
      const exit = byId.get(order.orderLinkId);
      if (exit === undefined) return [];
      const isOne = isMeant(exit, episode, roundBefore);
      // Those of another position are counted by other numbers.
      if (isOf(exit, episode)) roundBefore = exit.round;
      return isOne ? [exit] : [];
    });
  });
}

function isOf({ openedAtMs }: KnownExit, episode: VenueEpisode): boolean {
  return Math.abs(openedAtMs - episode.openedAtMs) <= OPENED_APART_MAX_MS;
}

export interface MoneyBooks {
  readonly ledgers: VenueLedgers;
  readonly episodes: readonly VenueEpisode[];
  readonly trades: readonly ClosedTrade[];
  /** At the start, and now. */
  readonly deposit: string;
  readonly wallet: string;
  readonly isHandedIn: (clientOrderId: string) => boolean;
}

/** Once everything is closed: the venue's ledgers agree, and every trade tells what they tell. @throws Violation */
export function checkMoney(books: MoneyBooks): Pick<PositionFigures, 'trades' | 'estimated'> {
  const { ledgers, episodes, trades, deposit, wallet, isHandedIn } = books;
  const { closed, changes } = ledgers;
  const sum = (amounts: readonly string[]): Decimal =>
    amounts.reduce((total, amount) => total.plus(amount), new Decimal(0));
  const logged = sum(changes.map(({ change }) => change)).plus(deposit);
  assertInvariant(logged.equals(wallet), 'the money log is the wallet', () => `${logged.toFixed()}, not ${wallet}`);
  const funding = changes.filter(({ type }) => type === 'SETTLEMENT');
  const told = sum([...closed.map(({ closedPnl }) => closedPnl), ...funding.map(({ change }) => change)]).plus(deposit);
  assertInvariant(told.equals(wallet), 'closed profits are the wallet', () => `${told.toFixed()}, not ${wallet}`);
  for (const episode of episodes) {
    const { symbol, openedAtMs, closedAtMs = 0, fills } = episode;
    const trade = trades.find((one) => isTradeOf(one, episode));
    const isNeeded = fills[0] !== undefined && isHandedIn(fills[0].order.orderLinkId);
    assertInvariant(trade !== undefined || !isNeeded, 'every position of ours is booked', () =>
      JSON.stringify({ ...shown(episode), trades: trades.filter((one) => one.symbol === symbol) }),
    );
    const isFlipped = episode.isOpenedByFlip || fills.some(({ isFlip }) => isFlip);
    if (trade === undefined || !trade.isProven || isFlipped) continue;
    const closers = new Set(fills.filter(({ reduces }) => reduces).map(({ order }) => order.orderId));
    const within = funding.filter(
      (row) => row.symbol === symbol && +row.transactionTime >= openedAtMs && +row.transactionTime <= closedAtMs,
    );
    const net = sum([
      ...closed.filter(({ orderId }) => closers.has(orderId)).map(({ closedPnl }) => closedPnl),
      ...within.map(({ change }) => change),
    ]);
    assertInvariant(net.equals(trade.net), 'a trade is what the venue says', () =>
      JSON.stringify({ venue: net.toFixed(), trade, ...shown(episode) }),
    );
  }
  return { trades: trades.length, estimated: trades.filter(({ isProven }) => !isProven).length };
}

function isTradeOf(trade: ClosedTrade, { symbol, side, openedAtMs }: VenueEpisode): boolean {
  const isNear = Math.abs(trade.openedAtMs - openedAtMs) <= OPENED_APART_MAX_MS;
  return trade.symbol === symbol && trade.side === side && isNear;
}

function shown({ symbol, side, openedAtMs, closedAtMs, fills }: VenueEpisode): object {
  const rows = fills.map(({ order, fill }) => [
    order.orderLinkId,
    fill.side,
    fill.execQty,
    order.reduceOnly,
    fill.execTime,
  ]);
  return { symbol, side, openedAtMs, closedAtMs, fills: rows };
}
