import * as ledger from './ledger/ledger';
import type { LedgerState } from './ledger/ledger';
import * as limiter from './limiter/limiter';
import type { LimiterState } from './limiter/limiter';
import * as risk from './risk/risk';
import type { RiskBook } from './risk/risk';

/** An account's whole state, as continue-as-new carries it over. */
export interface AccountState {
  readonly ledger: LedgerState;
  /** The limiter's. */
  readonly window: LimiterState;
  /** What the bounds of risk are judged by; absent: under the rules of before there were any, or nothing is known yet. */
  readonly risk?: RiskBook;
}

/**
 * All that decides what a venue's account answers. Runs that are open were answered by the rules of their time, and a
 * replay must come to the same answers: whoever changes anything below makes a new version (CONTRIBUTING.md, "Changing a
 * rule of the account").
 */
export interface AccountRules {
  readonly ledger: Pick<
    typeof ledger,
    | 'acknowledge'
    | 'applySnapshot'
    | 'authorize'
    | 'bar'
    | 'commit'
    | 'configureLedger'
    | 'emptyLedger'
    | 'ledgerStats'
    | 'pendingReservations'
    | 'release'
    | 'reserve'
    | 'setTradingState'
    | 'viewBalances'
  > &
    // Version 1 has none: no account of its time follows a lost one.
    Partial<Pick<typeof ledger, 'followLost'>>;
  readonly limiter: Pick<
    typeof limiter,
    'acquire' | 'createLimiter' | 'feedback' | 'giveBack' | 'limitsFault' | 'reconfigure' | 'stats' | 'usage'
  >;
  /** Absent until version 4: entries met no bound of risk. */
  readonly risk?: Pick<
    typeof risk,
    | 'check'
    | 'countEntry'
    | 'emptyBook'
    | 'flatTold'
    | 'moneyToRead'
    | 'resume'
    | 'takeClosed'
    | 'takeEquity'
    | 'takeFill'
    | 'takeMoney'
    | 'takeReport'
  >;
  /** Makes this version's state of the state of the version before; absent: they are the same. */
  readonly adopt?: (state: AccountState) => AccountState;
}

/** The rules of today. */
export const RULES_OF_TODAY: AccountRules = {
  ledger,
  limiter,
  risk,
  adopt: (former) => ({ ...former, risk: risk.bookOf(former.ledger) }),
};
