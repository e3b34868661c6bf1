/**
 * One venue's reservation ledger: who may use which funds. Pure reducers `(state, command, nowMs) -> { state, result }`
 * over a plain JSON state; none throws for any command, and none changes its input. The only error is
 * LedgerInvariantError, a defect of this program.
 *
 * The rules are those of a double-entry ledger with two-phase transfers, with one difference: no timer frees funds,
 * because an order whose outcome is unknown may still fill. Funds are free when the venue's report, less every claim it
 * may not contain yet, says so; where a claim may be contained or not, it counts.
 */
export { acknowledge } from './acknowledge';
export { authorize } from './authorization';
export { bar } from './bar';
export { commit, release } from './end-reservation';
export { ledgerHealth } from './health';
export type { LedgerHealth } from './health';
export { followLost } from './forgetting';
export { reserve } from './reserve';
export { areBalancesOutdated } from './reserve-denials';
export { applySnapshot } from './snapshot';
export {
  configureLedger,
  emptyLedger,
  ENDED_RESERVATIONS_MAX,
  LedgerInvariantError,
  PENDING_RESERVATIONS_MAX,
  REFUSALS_MAX,
} from './state';
export type { LedgerSettings, LedgerState, LedgerStep } from './state';
export { setTradingState } from './trading-state';
export { ledgerStats, pendingReservations, viewBalances } from './views';
export type { BalancesView } from './views';
