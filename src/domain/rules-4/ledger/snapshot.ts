import type { Decimal } from 'decimal.js';
import { ExactDecimal, formatDecimal, ZERO } from '../decimal';
import { containedAmount } from './accounts';
import { withOffsetsCovered } from './offset-cover';
import { withPositions } from './positions';
import { reportOrder, withClaimsAt } from './report-order';
import type { AssetAccount, LedgerState, LedgerStep } from './state';
import type { SnapshotCommand, SnapshotResult } from './types';
import { snapshotCommandFault } from './validation';

/**
 * Takes over a venue's balance report. A somewhat older one than the last is counted and ignored; one with an unusable
 * figure is refused as a whole, for the venue's figures only make sense together. See ./report-order for what happens when
 * a clock was set. Positions that cannot be used are taken for not known: they are no reason to refuse the balances.
 *
 * A report may already contain the execution of an order whose reservation is still pending. Both count then, because
 * nothing here can tell: free funds are too small, never too large, until the commit arrives.
 */
export function applySnapshot(state: LedgerState, command: SnapshotCommand, nowMs: number): LedgerStep<SnapshotResult> {
  const fault = snapshotCommandFault(command);
  if (fault !== undefined) return { state, result: { status: 'invalid', message: fault } };
  const { stats } = state;
  const order = reportOrder(state, command.asOfMs, nowMs);
  if (order === 'older') {
    const counted = { ...stats, staleSnapshots: stats.staleSnapshots + 1 };
    return { state: { ...state, stats: counted }, result: { status: 'stale' } };
  }
  const claimed = withClaimsAt(state, command.asOfMs, order);
  const reported = { ...withPositions(claimed, command), asOfMs: command.asOfMs, reportedAtMs: nowMs };
  const assets = reportedAccounts(reported, command);
  return {
    state: withOffsetsCovered({ ...reported, assets, stats: { ...stats, snapshots: stats.snapshots + 1 } }),
    result: { status: 'applied' },
  };
}

/** Accounts in the order of their names, so that equal reports give equal states. */
function reportedAccounts(state: LedgerState, command: SnapshotCommand): LedgerState['assets'] {
  const contained = new Map<string, Decimal>();
  for (const entry of state.pending) {
    if (entry.lockedFromMs !== undefined) {
      add(contained, entry.reservation.asset, containedAmount(entry, command.asOfMs));
    }
  }
  const unsettled = new Map<string, Decimal>();
  for (const fill of state.unsettledFills) add(unsettled, fill.asset, new ExactDecimal(fill.amount));

  const claimed = Object.keys(state.assets).filter(
    (asset) => state.assets[asset]?.reserved !== '0' || unsettled.has(asset),
  );
  const names = [...new Set([...Object.keys(command.assets), ...claimed])].toSorted();
  return Object.fromEntries(
    names.map((asset): [string, AssetAccount] => [
      asset,
      {
        ...reportedFigures(command, asset),
        reserved: Object.hasOwn(state.assets, asset) ? (state.assets[asset]?.reserved ?? '0') : '0',
        contained: formatDecimal(contained.get(asset) ?? ZERO),
        unsettled: formatDecimal(unsettled.get(asset) ?? ZERO),
      },
    ]),
  );
}

function reportedFigures(
  command: SnapshotCommand,
  asset: string,
): Pick<AssetAccount, 'total' | 'available' | 'locked'> {
  const figures = Object.hasOwn(command.assets, asset) ? command.assets[asset] : undefined;
  return {
    total: canonical(figures?.total),
    available: canonical(figures?.available),
    locked: canonical(figures?.locked),
  };
}

function canonical(text = '0'): string {
  return formatDecimal(new ExactDecimal(text));
}

function add(sums: Map<string, Decimal>, asset: string, amount: Decimal): void {
  sums.set(asset, (sums.get(asset) ?? ZERO).plus(amount));
}
