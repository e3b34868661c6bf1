import type { ClosedTrade } from '../../domain/position/types';
import type { TradeList } from '../../positions/position-workflows';

const DAY_MS = 86_400_000;
export const DAYS_SHOWN = 30;
/** The server's index is a second or two late; what it told before is asked for again. */
const OVERLAP_MS = 5 * 60_000;
/** After so many readings of what is new, everything is read: what was forgotten or mended is seen then. */
const FULL_READING_EVERY = 240;

export interface TradesSectionOptions {
  readonly trades: (days: number) => Promise<TradeList>;
  /** Milliseconds UTC. */
  readonly wallClock?: () => number;
}

/** The closed trades of DAYS_SHOWN. They do not change, so that each reading asks for those alone that were closed since the last one. */
export class TradesSection {
  private list: TradeList | undefined;
  private readAtMs = 0;
  private readings = 0;

  constructor(private readonly options: TradesSectionOptions) {}

  async read(): Promise<TradeList> {
    const { trades, wallClock = Date.now } = this.options;
    const nowMs = wallClock();
    const known = this.readings % FULL_READING_EVERY === 0 ? undefined : this.list;
    const days = known ? Math.min(DAYS_SHOWN, (nowMs - this.readAtMs + OVERLAP_MS) / DAY_MS) : DAYS_SHOWN;
    const fresh = await trades(days);
    this.list = known ? joined(known, fresh, nowMs - DAYS_SHOWN * DAY_MS) : fresh;
    this.readAtMs = nowMs;
    this.readings += 1;
    return this.list;
  }
}

/** One that closed is told once, whoever tells it. */
function joined(known: TradeList, fresh: TradeList, oldestMs: number): TradeList {
  const keyOf = ({ symbol, openedAtMs }: ClosedTrade): string => `${symbol} ${openedAtMs}`;
  const all = new Map([...known.trades, ...fresh.trades].map((trade) => [keyOf(trade), trade]));
  const trades = [...all.values()].filter(({ closedAtMs }) => closedAtMs >= oldestMs);
  return {
    trades: trades.toSorted((one, other) => one.closedAtMs - other.closedAtMs),
    untold: known.untold.length >= fresh.untold.length ? known.untold : fresh.untold,
    isCut: known.isCut || fresh.isCut,
  };
}
