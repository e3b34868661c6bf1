import { ExactDecimal, formatDecimal } from '../decimal';
import { freeFunds } from './accounts';
import type { AssetAccount, LedgerState } from './state';
import type { AssetView, LedgerStats, Reservation, TradingState } from './types';

export interface BalancesView {
  readonly tradingState: TradingState;
  /** When the venue last reported, milliseconds UTC; 0: never. */
  readonly asOfMs: number;
  readonly assets: Readonly<Record<string, AssetView>>;
}

export function viewBalances(state: LedgerState): BalancesView {
  const assets = Object.entries(state.assets).map(([asset, account]): [string, AssetView] => [
    asset,
    viewAccount(account, state.asOfMs),
  ]);
  return { tradingState: state.tradingState, asOfMs: state.asOfMs, assets: Object.fromEntries(assets) };
}

/** Oldest first. */
export function pendingReservations(state: LedgerState): readonly Reservation[] {
  return state.pending.map((entry) => entry.reservation);
}

export function ledgerStats(state: LedgerState): LedgerStats {
  return state.stats;
}

function viewAccount(account: AssetAccount, asOfMs: number): AssetView {
  const { contained, ...figures } = account;
  const effective = formatDecimal(ExactDecimal.min(contained, account.locked));
  return {
    ...figures,
    asOfMs,
    ...(effective === '0' ? {} : { contained: effective }),
    free: formatDecimal(ExactDecimal.max(freeFunds(account), 0)),
  };
}
