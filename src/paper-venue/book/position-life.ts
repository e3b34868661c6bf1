import { ExactDecimal } from '../../domain/decimal';
import type { OrderRecord, PositionRecord } from './records';

/*
 * What the venue's own books say of how positions were guarded and closed: the account that a trader's program is judged by. It
 * follows from the transactions alone, so that reading the journal again gives the same.
 */

/** How long positions had nothing that would stop their loss, milliseconds; stretches that have ended (see lifeUntil). */
export interface UnprotectedTime {
  readonly totalMs: number;
  /** The longest time at a stretch. */
  readonly maxMs: number;
}

/** One symbol. Counts since the account was opened. */
export interface PositionLife {
  readonly symbol: string;
  /** Positions opened by an order that brought a stop, and all others. */
  readonly openedWithStop: number;
  readonly openedWithout: number;
  readonly unprotectedWithStop: UnprotectedTime;
  readonly unprotectedWithout: UnprotectedTime;
  /** Of both, where a fault had taken the stop. */
  readonly unprotectedByFault: UnprotectedTime;
  /** Since when the present position has had none, on the machine's clock; absent: it has one, or there is no position. */
  readonly unprotectedSinceMs?: number;
  /** Which of the times above the present stretch without one belongs to. */
  readonly timedAs: 'withStop' | 'without' | 'fault';
  /** How often a client's order took a position to the other side without closing it. */
  readonly flips: number;
  /** The same by others: by hand, by a fault. */
  readonly flipsByOthers: number;
  /** The most stops, and the most targets, that waited at the same time. */
  readonly stopsMax: number;
  readonly targetsMax: number;
  /** How often a stop or target was there for another quantity than the position's. */
  readonly wrongQuantities: number;
  /** Clients' orders that were not reduce-only, and closed something. */
  readonly reducedWithoutReduceOnly: number;
  /** Reduce-only orders that met no position: refused, or cancelled while they rested. */
  readonly exitsOfNothing: number;
  /** Reduce-only orders for more than was open. */
  readonly exitsTooLarge: number;
  /** The last order that was counted among those that were not reduce-only. */
  readonly lastReducer?: string;
}

/** The state after a transaction, and what came before. */
export interface LifeStep {
  readonly before: PositionRecord;
  readonly after: PositionRecord;
  /** That wait after it. */
  readonly stops: readonly OrderRecord[];
  /** Orders of clients that closed something in it, without being reduce-only. */
  readonly reducers: readonly string[];
  /** Whether others than clients traded in it. */
  readonly isByOthers: boolean;
  readonly atMs: number;
}

const NO_TIME: UnprotectedTime = { totalMs: 0, maxMs: 0 };

export function newPositionLife(symbol: string): PositionLife {
  return {
    symbol,
    openedWithStop: 0,
    openedWithout: 0,
    unprotectedWithStop: NO_TIME,
    unprotectedWithout: NO_TIME,
    unprotectedByFault: NO_TIME,
    timedAs: 'without',
    flips: 0,
    flipsByOthers: 0,
    stopsMax: 0,
    targetsMax: 0,
    wrongQuantities: 0,
    reducedWithoutReduceOnly: 0,
    exitsOfNothing: 0,
    exitsTooLarge: 0,
  };
}

export function nextPositionLife(life: PositionLife, step: LifeStep): PositionLife {
  const { before, after, stops, atMs } = step;
  const [sizeBefore, size] = [new ExactDecimal(before.size), new ExactDecimal(after.size)];
  const isFlip = !sizeBefore.isZero() && !size.isZero() && sizeBefore.isNegative() !== size.isNegative();
  const isOpened = !size.isZero() && (sizeBefore.isZero() || isFlip);
  const isUnprotected = !size.isZero() && !stops.some(limitsLoss);
  const isOfSince = life.unprotectedSinceMs !== undefined && (isOpened || !isUnprotected);
  const timed = isOfSince ? withTime(life, atMs - life.unprotectedSinceMs!) : life;
  const since = isUnprotected ? (isOfSince ? atMs : (life.unprotectedSinceMs ?? atMs)) : undefined;
  const withStop = after.openedWithStop === true;
  const timedAs = after.stopLostByFault ? 'fault' : withStop ? 'withStop' : 'without';
  const isWrong = !size.isZero() && stops.some(({ quantity }) => !size.abs().eq(quantity));
  const reducers = step.reducers.filter((orderId) => orderId !== life.lastReducer);
  return {
    ...timed,
    openedWithStop: life.openedWithStop + Number(isOpened && withStop),
    openedWithout: life.openedWithout + Number(isOpened && !withStop),
    unprotectedSinceMs: since,
    timedAs: since === undefined || since === atMs ? timedAs : life.timedAs,
    flips: life.flips + Number(isFlip && !step.isByOthers),
    flipsByOthers: life.flipsByOthers + Number(isFlip && step.isByOthers),
    stopsMax: Math.max(life.stopsMax, count(stops, 'StopLoss')),
    targetsMax: Math.max(life.targetsMax, count(stops, 'TakeProfit')),
    wrongQuantities: life.wrongQuantities + Number(isWrong),
    reducedWithoutReduceOnly: life.reducedWithoutReduceOnly + reducers.length,
    lastReducer: reducers.at(-1) ?? life.lastReducer,
  };
}

/** The times with what has passed of the present stretch. @param nowMs on the machine's clock */
export function lifeUntil(life: PositionLife, nowMs: number): PositionLife {
  return life.unprotectedSinceMs === undefined ? life : withTime(life, nowMs - life.unprotectedSinceMs);
}

function withTime(life: PositionLife, passedMs: number): PositionLife {
  const ms = Math.max(0, passedMs);
  const longer = ({ totalMs, maxMs }: UnprotectedTime): UnprotectedTime => ({
    totalMs: totalMs + ms,
    maxMs: Math.max(maxMs, ms),
  });
  switch (life.timedAs) {
    case 'withStop':
      return { ...life, unprotectedWithStop: longer(life.unprotectedWithStop) };
    case 'without':
      return { ...life, unprotectedWithout: longer(life.unprotectedWithout) };
    case 'fault':
      return { ...life, unprotectedByFault: longer(life.unprotectedByFault) };
  }
}

/** A target ends a gain, and a trailing stop that does not follow yet ends nothing. */
function limitsLoss({ stop }: OrderRecord): boolean {
  return stop?.kind === 'StopLoss' || (stop?.kind === 'TrailingStop' && stop.isFollowing === true);
}

function count(stops: readonly OrderRecord[], kind: string): number {
  return stops.filter(({ stop }) => stop?.kind === kind).length;
}
