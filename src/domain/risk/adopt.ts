import type { LedgerState } from '../ledger/ledger';
import { emptyBook, type RiskBook } from './book';
import { takeFill } from './take-fill';

/**
 * The book of an account of before there were bounds of risk: what is open at the venue was opened by the orders that its
 * ledger remembers, so that no position of ours is taken for somebody else's. A symbol that is flat forgets them with the
 * first report.
 */
export function bookOf({ ended }: Pick<LedgerState, 'ended'>): RiskBook {
  const fills = ended
    .map(({ reservation }) => reservation)
    .filter(({ status, intent }) => status === 'committed' && intent === 'entry');
  return fills.reduce((book, reservation) => {
    const { endedAtMs: nowMs = reservation.createdAtMs } = reservation;
    // When it was booked: no position that it opened is younger.
    return takeFill(book, { reservation, executedAtMs: nowMs }, { lagMs: 0, nowMs });
  }, emptyBook());
}
