import type { VenueCore } from '../http/route';
import type { HttpReply } from '../http/messages';
import { RET_CODES, VenueRefusal } from '../ret-codes';

/** Positions that changed so recently may be shown late: within what the venue is taken to need at most. */
export const YOUNG_POSITION_MS = 1_500;

/** What the venue may say to a change of stops that it does not make. */
const STOP_REFUSALS: readonly (() => VenueRefusal)[] = [
  () =>
    new VenueRefusal(
      RET_CODES.parametersInvalid,
      'StopLoss:10000 set for Buy position should lower than base_price:10000??LastPrice',
    ),
  () => new VenueRefusal(RET_CODES.parametersInvalid, 'can not set tp/sl/ts for zero position'),
  () => new VenueRefusal(RET_CODES.notModified, 'not modified'),
  () => new VenueRefusal(RET_CODES.serverError, 'Internal server error'),
];

export function stopRefusal(variant: number): VenueRefusal {
  return STOP_REFUSALS[variant % STOP_REFUSALS.length]!();
}

/** One position loses its stop, or all of its stops; nothing happens where none has any. */
export function loseStops({ book, engine }: VenueCore, variant: number): void {
  const guarded = [...book.positions].filter(({ symbol }) => book.orders.stops(symbol).length > 0);
  const position = guarded[variant % Math.max(1, guarded.length)];
  if (position) engine.stops.clear(position.symbol, variant % 2 === 0 ? ['StopLoss'] : undefined);
}

interface PositionRow {
  readonly symbol: string;
  readonly size: string;
  readonly seq: number;
  readonly updatedTime: string;
}

interface Answered {
  readonly result?: { readonly list?: readonly PositionRow[] };
}

/** Remembers what was answered of positions, and answers with it again. */
export class PositionAnswers {
  readonly #former = new Map<string, PositionRow>();
  #hidLast = false;

  constructor(private readonly core: VenueCore) {}

  /** What a true answer says; one row for each symbol. */
  remember(reply: HttpReply): void {
    this.#hidLast = false;
    for (const row of rowsOf(reply)) this.#former.set(row.symbol, row);
  }

  /** @param variant odd: all positions are missing; even: those that have just changed */
  hidden(reply: HttpReply, variant: number): HttpReply {
    const hidesAll = variant % 2 === 1 && !this.#hidLast;
    this.#hidLast = true;
    return withRows(
      reply,
      rowsOf(reply).filter((row) => !hidesAll && !this.#isYoung(Number(row.updatedTime))),
    );
  }

  /** Positions whose last change alone is missing, also those that were opened or closed by it. */
  stale(reply: HttpReply): HttpReply {
    const rows = rowsOf(reply);
    const shown = rows.flatMap((row) => {
      if (!this.#isYoung(Number(row.updatedTime))) return [row];
      const former = this.#former.get(row.symbol);
      if (former?.seq === row.seq - 1) return [former];
      return former === undefined && row.seq === 1 ? [] : [row];
    });
    const closed = [...this.#former.values()].filter((former) => {
      if (former.size === '0' || rows.some(({ symbol }) => symbol === former.symbol)) return false;
      const { size, sequence, updatedAtMs } = this.core.book.position(former.symbol);
      return size === '0' && sequence === former.seq + 1 && this.#isYoung(updatedAtMs);
    });
    return withRows(reply, [...shown, ...closed]);
  }

  /** A change from the future, which a step of the clock can make, is not young: it could stay so for long. */
  #isYoung(changedAtMs: number): boolean {
    const ageMs = this.core.clock.nowMs() - changedAtMs;
    return ageMs >= 0 && ageMs < YOUNG_POSITION_MS;
  }
}

function rowsOf(reply: HttpReply): readonly PositionRow[] {
  return (JSON.parse(reply.body) as Answered).result?.list ?? [];
}

function withRows(reply: HttpReply, list: readonly PositionRow[]): HttpReply {
  const parsed = JSON.parse(reply.body) as Answered;
  if (parsed.result?.list === undefined) return reply;
  return { ...reply, body: JSON.stringify({ ...parsed, result: { ...parsed.result, list } }) };
}
