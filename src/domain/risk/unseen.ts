import type { Denial } from '../denial';
import { BOOKING_WAIT_MAX_MS, type SymbolBook } from './book';
import type { RiskSettings } from './types';

/*
 * Positions of ours that no report showed: opened and closed between two of them. The book does not know them before they are booked,
 * so that nothing in it says that a symbol has to rest. Which entries filled, and that their positions are not booked, the account
 * knows beside it.
 */

/** What is known of a symbol's entries whose positions nobody has booked. */
export interface Unbooked {
  readonly symbol: string;
  /** When each fill was heard of, on our clock, milliseconds UTC. */
  readonly heardAtMs: readonly number[];
}

/**
 * Whether an entry has to wait because another one filled in its symbol, reports lack the position, and it is not booked: how that one
 * ended may forbid this one. It ends with the booking, and BOOKING_WAIT_MAX_MS after the fill was heard of where none comes. Entries
 * of other symbols go on, as they do while a position that was shown waits for its booking: losses in a row of all symbols count it then.
 *
 * @param known what the book says of the symbol
 * @returns undefined: it need not wait for that
 */
export function unseenDenial(
  { symbol, heardAtMs }: Unbooked,
  known: SymbolBook,
  risk: RiskSettings,
  nowMs: number,
): Denial | undefined {
  // What is open, or may still be, is judged as that.
  if (known.position !== undefined || known.fills !== undefined || !dependsOnEnds(risk)) return undefined;
  // After a clock was set nothing waits for as long as it was wrong.
  if (!heardAtMs.some((atMs) => Math.abs(nowMs - atMs) <= BOOKING_WAIT_MAX_MS)) return undefined;
  const message = `An entry in ${symbol} filled, and no report shows its position: what it came to is not known yet. The signal waits until it is booked.`;
  return { code: 'RISK_UNKNOWN', message };
}

/** Whether any bound of risk asks when or how the last position of a symbol ended. */
function dependsOnEnds({ lossStreak, coolDownMinutes, coolDownAfterStopMinutes }: RiskSettings): boolean {
  return lossStreak !== null || coolDownMinutes > 0 || coolDownAfterStopMinutes > 0;
}
