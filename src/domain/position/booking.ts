import { formatDecimal, parseDecimal, ZERO } from '../decimal';
import { closeReasonOf, isOurs, type OwnExit } from './attribution';
import { episodeAt, episodesOf, type Episode, type Leg } from './episode';
import { cutFigure, estimatedMoney, moneyOfExecutions, provenMoney, type Money } from './money';
import {
  OPENERS_MAX,
  type ClosedTrade,
  type Execution,
  type MoneyRow,
  type PositionMark,
  type PositionOpener,
  type PositionSide,
} from './types';

/** What is known of a position that was closed. */
export interface ClosingEvidence {
  readonly symbol: string;
  readonly side: PositionSide;
  /** As the venue names the episode, milliseconds UTC on its clock. */
  readonly openedAtMs: number;
  /** All of the symbol from that instant on, or from before; in any order, doubled or not. */
  readonly executions: readonly Execution[];
  /** The same of the money log, which may lag. */
  readonly moneyRows: readonly MoneyRow[];
  /** Exits of ours, with their reasons. */
  readonly exits: readonly OwnExit[];
  readonly openers: readonly PositionOpener[];
  readonly exitRounds: number;
  readonly unprotectedMs: number;
  readonly marks: readonly PositionMark[];
}

/** What was last seen of a position whose executions cannot be had (any more). */
export interface LastSeen {
  readonly entryPrice: string;
  readonly markPrice: string;
  /** The largest size that it had. */
  readonly quantity: string;
  /** When it was found flat, milliseconds UTC on the venue's clock. */
  readonly flatAtMs: number;
}

/**
 * Books a position that was closed: net is what the venue's money log says, where it has a row for every execution, and
 * otherwise comes from the executions. A row counts once, by execution id, order id and kind. Of an execution that closed this
 * position and opened the opposite one, each gets the fee of its part.
 *
 * @returns undefined where the executions do not show it opened and closed
 */
export function closedTradeOf(evidence: ClosingEvidence): ClosedTrade | undefined {
  const { symbol, side, openedAtMs, executions, exits } = evidence;
  const episode = episodeAt(episodesOf(symbol, executions), side, openedAtMs);
  const last = episode?.legs.at(-1);
  if (episode?.closedAtMs === undefined || last === undefined) return undefined;
  const money = provenMoney(episode, evidence) ?? estimatedMoney(episode);
  const made = episode.legs.map(({ execution }) => execution);
  const isMixed = made.some(isOurs) && made.some((one) => one.kind === 'trade' && isOfOthers(one));
  const isReduced = made.some(({ kind }) => kind === 'liquidation' || kind === 'adl');
  return {
    ...commonOf({ ...evidence, openers: openersIn(episode, evidence) }),
    closedAtMs: episode.closedAtMs,
    quantity: formatDecimal(episode.sizeMax),
    entryPrice: averageOf(episode.legs, 'opens'),
    exitPrice: averageOf(episode.legs, 'closes'),
    reason: closeReasonOf(last.execution, exits),
    ...figuresOf(money),
    marks: marksOf(givenMarks(evidence, episode), { mixed: isMixed, reduced: isReduced, estimated: !money.isProven }),
  };
}

/** Where orders of ours closed all of it, one that closed a part, such as an entry of the other side, took it from nobody. */
function givenMarks({ marks }: ClosingEvidence, { legs }: Episode): readonly PositionMark[] {
  const isClosedByUs = legs.every(({ role, execution }) => role === 'opens' || isOurs(execution));
  return isClosedByUs ? marks.filter((mark) => mark !== 'reduced') : marks;
}

/**
 * Books it by what was last seen of it, where its executions do not show the whole: the price that it had then is taken for its
 * exit, unless there are executions that closed something.
 */
export function estimatedTradeOf(evidence: ClosingEvidence, seen: LastSeen): ClosedTrade {
  const { symbol, side, openedAtMs, executions, exits } = evidence;
  const closing = side === 'LONG' ? 'SELL' : 'BUY';
  const own = executions.filter((one) => one.symbol === symbol && one.atMs >= openedAtMs);
  const closings = own.filter((one) => one.kind !== 'funding' && one.direction === closing);
  const last = closings.toSorted((one, other) => one.atMs - other.atMs).at(-1);
  const [entry, quantity] = [parseDecimal(seen.entryPrice) ?? ZERO, parseDecimal(seen.quantity) ?? ZERO];
  const exit = parseDecimal(last?.price) ?? parseDecimal(seen.markPrice) ?? entry;
  const gain = exit.minus(entry).times(quantity);
  const money = moneyOfExecutions(side === 'LONG' ? gain : gain.negated(), own);
  return {
    ...commonOf(evidence),
    closedAtMs: last?.atMs ?? seen.flatAtMs,
    quantity: formatDecimal(quantity),
    entryPrice: formatDecimal(entry),
    exitPrice: formatDecimal(exit),
    reason: last === undefined ? 'EXTERNAL' : closeReasonOf(last, exits),
    ...figuresOf(money),
    marks: marksOf(evidence.marks, { estimated: true }),
  };
}

/** The entries that opened it by its executions: of what was told some may be of the position after it, or before. */
function openersIn({ legs }: Episode, { openers }: ClosingEvidence): readonly PositionOpener[] {
  const ids = new Set(legs.filter(({ role }) => role === 'opens').map(({ execution }) => execution.clientOrderId));
  return openers.filter(({ clientOrderId }) => clientOrderId === '' || ids.has(clientOrderId));
}

function commonOf({ symbol, side, openedAtMs, openers, exitRounds, unprotectedMs }: ClosingEvidence) {
  const strategy = openers[0]?.strategy;
  return {
    symbol,
    side,
    openedAtMs,
    ...(strategy === undefined ? {} : { strategy }),
    openedBy: openers.slice(0, OPENERS_MAX).map(({ fingerprint }) => fingerprint),
    exitRounds,
    unprotectedMs,
  };
}

/** Gross is what is left, so that the four agree to the last digit. */
function figuresOf({ net, fees, funding, isProven }: Money) {
  return {
    gross: formatDecimal(net.plus(fees).minus(funding)),
    fees: formatDecimal(fees),
    funding: formatDecimal(funding),
    net: formatDecimal(net),
    isProven,
  };
}

function marksOf(
  given: readonly PositionMark[],
  found: Readonly<Partial<Record<PositionMark, boolean>>>,
): readonly PositionMark[] {
  const all: readonly PositionMark[] = ['foreign', 'mixed', 'reduced', 'estimated'];
  return all.filter((mark) => (mark !== 'estimated' && given.includes(mark)) || found[mark] === true);
}

/** Of somebody beside us: neither an order of ours, nor one that the venue made of our stop or target. */
function isOfOthers(execution: Execution): boolean {
  return !isOurs(execution) && ['EXTERNAL', 'MANUAL'].includes(closeReasonOf(execution, []));
}

function averageOf(legs: readonly Leg[], role: Leg['role']): string {
  const chosen = legs.filter((leg) => leg.role === role);
  const quantity = chosen.reduce((sum, leg) => sum.plus(leg.quantity), ZERO);
  const value = chosen.reduce((sum, leg) => sum.plus(leg.quantity.times(leg.price)), ZERO);
  return quantity.isZero() ? '0' : formatDecimal(cutFigure(value.dividedBy(quantity)));
}
