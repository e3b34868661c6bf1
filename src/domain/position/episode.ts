import type { Decimal } from 'decimal.js';
import { parseDecimal, ZERO } from '../decimal';
import type { Execution, PositionSide } from './types';

/** What of an execution belongs to one episode: all of it, unless it closed one position and opened the opposite one. */
export interface Leg {
  readonly execution: Execution;
  readonly role: 'opens' | 'closes';
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** Its quantity over the execution's; undefined: all of it. */
  readonly share?: { readonly part: Decimal; readonly whole: Decimal };
}

/** A position from the fill that opened it to the one that made it flat. */
export interface Episode {
  readonly side: PositionSide;
  readonly openedAtMs: number;
  /** Of the fill that made it flat; undefined: it is open. */
  readonly closedAtMs: number | undefined;
  readonly sizeMax: Decimal;
  readonly legs: readonly Leg[];
  /** Funding that was booked while it was open. */
  readonly funding: readonly Execution[];
  /** An execution closed less, by the venue's word, than was open by the list: the list lacks something. */
  readonly lacksSome: boolean;
}

interface OpenEpisode {
  readonly side: PositionSide;
  readonly openedAtMs: number;
  closedAtMs: number | undefined;
  size: Decimal;
  sizeMax: Decimal;
  readonly legs: Leg[];
  readonly funding: Execution[];
  lacksSome: boolean;
}

/** How far the venue's instant of an opening may be from that of its first fill. */
const OPENED_APART_MAX_MS = 1_000;

/**
 * Goes through a symbol's executions, and parts them into episodes, in one-way mode.
 *
 * The list may begin in the middle of a position: what closes something that it does not show opens nothing, as far as the
 * venue says so (`closedQuantity`). What is given twice counts once.
 */
export function episodesOf(symbol: string, executions: readonly Execution[]): readonly Episode[] {
  const episodes: OpenEpisode[] = [];
  let open: OpenEpisode | undefined;
  for (const execution of distinct(executions.filter((one) => one.symbol === symbol))) {
    if (execution.kind === 'funding') {
      open?.funding.push(execution);
      continue;
    }
    const [quantity, price] = [parseDecimal(execution.quantity), parseDecimal(execution.price)];
    if (quantity === undefined || price === undefined || quantity.isZero()) continue;
    const side = execution.direction === 'BUY' ? 'LONG' : 'SHORT';
    const closed = closedOf(execution, quantity, side, open);
    const part = { execution, price, whole: quantity };
    if (open !== undefined && open.side !== side) {
      open.lacksSome ||= parseDecimal(execution.closedQuantity)?.lessThan(closed) === true;
      open = closePart(open, { ...part, quantity: decimalMin(open.size, quantity) });
    }
    const rest = quantity.minus(closed);
    if (rest.isZero()) continue;
    if (open === undefined) {
      open = {
        side,
        openedAtMs: execution.atMs,
        closedAtMs: undefined,
        size: ZERO,
        sizeMax: ZERO,
        legs: [],
        funding: [],
        lacksSome: false,
      };
      episodes.push(open);
    }
    open.legs.push(legOf('opens', { ...part, quantity: rest }));
    open.size = open.size.plus(rest);
    if (open.size.greaterThan(open.sizeMax)) open.sizeMax = open.size;
  }
  return episodes;
}

/**
 * The episode of a position that the venue says was opened at an instant.
 *
 * @param openedAtMs milliseconds UTC on the venue's clock
 * @returns undefined where no execution near that instant opened one of that side
 */
export function episodeAt(episodes: readonly Episode[], side: PositionSide, openedAtMs: number): Episode | undefined {
  const apartMs = (episode: Episode): number => Math.abs(episode.openedAtMs - openedAtMs);
  return episodes
    .filter((episode) => episode.side === side && apartMs(episode) <= OPENED_APART_MAX_MS)
    .toSorted((one, other) => apartMs(one) - apartMs(other) || other.openedAtMs - one.openedAtMs)[0];
}

interface Part {
  readonly execution: Execution;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly whole: Decimal;
}

function legOf(role: Leg['role'], { execution, quantity, price, whole }: Part): Leg {
  const share = quantity.equals(whole) ? {} : { share: { part: quantity, whole } };
  return { execution, role, quantity, price, ...share };
}

/** @returns what is open then */
function closePart(open: OpenEpisode, part: Part): OpenEpisode | undefined {
  open.legs.push(legOf('closes', part));
  open.size = open.size.minus(part.quantity);
  if (!open.size.isZero()) return open;
  open.closedAtMs = part.execution.atMs;
  return undefined;
}

/** What of a quantity closes something: at least what is known to be open on the other side. */
function closedOf(
  { closedQuantity }: Execution,
  quantity: Decimal,
  side: PositionSide,
  open: OpenEpisode | undefined,
): Decimal {
  if (open?.side === side) return ZERO;
  const told = parseDecimal(closedQuantity) ?? ZERO;
  const known = open?.size ?? ZERO;
  return decimalMin(quantity, told.greaterThan(known) ? told : known);
}

function decimalMin(one: Decimal, other: Decimal): Decimal {
  return one.lessThan(other) ? one : other;
}

/**
 * Each once, in the order in which they happened: by the venue's own count where it tells that of all of them, otherwise by their
 * instants, which a clock that was set back puts in another order. Those that are equal stay as they are.
 */
function distinct(executions: readonly Execution[]): readonly Execution[] {
  const byKey = new Map(executions.map((one) => [`${one.executionId}\n${one.orderId}\n${one.kind}`, one]));
  const all = [...byKey.values()];
  const areCounted = all.every(({ sequence }) => sequence !== undefined);
  return all.toSorted((one, other) => (areCounted ? one.sequence! - other.sequence! : 0) || one.atMs - other.atMs);
}
