import { closeReasonWords } from '../domain/position/exit-strategy';
import type { ClosedTrade, CloseReason } from '../domain/position/types';
import type { Problems } from './problems';

/** What the exchange does to a position whatever we want. */
const BY_FORCE: readonly CloseReason[] = ['LIQUIDATION', 'ADL', 'SETTLED', 'MARGIN_RATE'];

/** Tells a person what the exchange closed by force: nobody here decided it, and what is left may be next. */
export class TakenPositions {
  constructor(private readonly problems: Pick<Problems, 'happened'>) {}

  /** Of each position that was booked; told again it changes nothing. */
  booked({ symbol, side, quantity, reason, net, closedAtMs }: ClosedTrade): void {
    if (!BY_FORCE.includes(reason)) return;
    const when = new Date(closedAtMs).toISOString().slice(0, 19);
    const what = `${symbol} ${side} ${quantity} was closed by ${closeReasonWords(reason)} at ${when}Z, net ${net}.`;
    this.problems.happened(`POSITION_TAKEN ${symbol}`, what);
  }
}
