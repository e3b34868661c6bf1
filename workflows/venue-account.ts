import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { MarketDataActivities } from '../activities/market-data';
import type { LedgerState } from '../src/domain/ledger/ledger';
import { isRecord } from '../src/domain/plain-values';
import { limitsFault, type LimiterState } from '../src/domain/limiter/limiter';
import { venueTaskQueue } from '../src/messages/ids';
import type { VenueAccountSettings } from '../src/messages/venue-account';
import { Ledger } from './ledger';
import { Limiter } from './limiter';
import { handleAccountMessages } from './venue-account-messages';

/** A refresh that takes longer is given up; the next one starts from the beginning. */
const REFRESH_TIMEOUT = '60 seconds';
/** Pause after a failed refresh, milliseconds. */
const REFRESH_RETRY_MS = 5_000;

/** What continue-as-new carries over. */
interface VenueAccountState {
  readonly ledger: LedgerState;
  readonly window: LimiterState;
}

/**
 * One account at one venue, for all processes together: its money (the ledger) and its request budget (the limiter). An
 * order needs both, and asks for both in one step.
 */
export async function venueAccount(settings: VenueAccountSettings, carried?: VenueAccountState): Promise<void> {
  let current = settings;
  let refreshRequested = true;
  const ledger = new Ledger(settings.snapshotLagMs, carried?.ledger);
  const limiter = new Limiter(settings.limits, carried?.window);
  const describe = (): void => setCurrentDetails(`${ledger.describe(settings.venue)}\n\n${limiter.describe()}`);

  handleAccountMessages({
    venue: settings.venue,
    ledger,
    limiter,
    requestRefresh() {
      refreshRequested = true;
    },
    configure(next) {
      const fault = settingsFault(next);
      if (fault !== undefined) {
        log.warn('The configured settings were refused; the former ones stay in force.', { fault });
        return;
      }
      current = next;
      ledger.setSnapshotLag(next.snapshotLagMs);
      limiter.configure(next.limits);
      refreshRequested = true;
      describe();
    },
  });

  const { fetchBalances } = proxyActivities<MarketDataActivities>({
    taskQueue: venueTaskQueue(settings.venue),
    scheduleToCloseTimeout: REFRESH_TIMEOUT,
    startToCloseTimeout: '20 seconds',
    summary: `balances of ${settings.venue}`,
  });

  let waitMs = 0;
  let refreshing = false;
  async function refresh(): Promise<void> {
    refreshing = true;
    refreshRequested = false;
    try {
      ledger.applySnapshot(await fetchBalances());
      waitMs = current.updateIntervalMs;
    } catch (error) {
      // Old balances stay in force: the ledger only ever gives out what the venue last confirmed.
      log.warn('The balances could not be refreshed.', { venue: current.venue, reason: String(error) });
      waitMs = REFRESH_RETRY_MS;
    }
    refreshing = false;
    describe();
  }

  while (!workflowInfo().continueAsNewSuggested) {
    const dueNow = await condition(() => refreshRequested || workflowInfo().continueAsNewSuggested, waitMs || 1);
    if (dueNow && !refreshRequested) break;
    void refresh();
    // A venue that does not answer must not keep a full history from ending; the next run asks anew.
    await condition(() => !refreshing || workflowInfo().continueAsNewSuggested);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof venueAccount>(current, { ledger: ledger.state(), window: limiter.state() });
}

function settingsFault(settings: VenueAccountSettings | null | undefined): string | undefined {
  if (!isRecord(settings) || typeof settings.venue !== 'string') return 'No venue is named.';
  const { updateIntervalMs, snapshotLagMs, limits } = settings;
  if (!Number.isSafeInteger(updateIntervalMs) || updateIntervalMs <= 0) return 'updateIntervalMs must be positive.';
  if (!Number.isFinite(snapshotLagMs) || snapshotLagMs < 0) return 'snapshotLagMs must be zero or more.';
  return limitsFault(limits);
}
