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
import type { AccountRules } from '../src/domain/account-rules';
import { isRecord } from '../src/domain/plain-values';
import { venueTaskQueue } from '../src/messages/ids';
import type { VenueAccountSettings } from '../src/messages/venue-account';
import { ACCOUNT_RULES, RulesOfRun, type CarriedAccount } from './account-rules';
import { Ledger } from './ledger';
import { Limiter } from './limiter';
import { handleAccountMessages } from './venue-account-messages';

/** A refresh that takes longer is given up; the next one starts from the beginning. */
const REFRESH_TIMEOUT = '60 seconds';
/** Pause after a failed refresh, milliseconds. */
const REFRESH_RETRY_MS = 5_000;

/**
 * One account at one venue, for all processes together: its money (the ledger) and its request budget (the limiter). An
 * order needs both, and asks for both in one step.
 */
export const venueAccount = accountUnder(ACCOUNT_RULES);

/** @param all see ACCOUNT_RULES */
export function accountUnder(
  all: readonly AccountRules[],
): (settings: VenueAccountSettings, carried?: CarriedAccount) => Promise<void> {
  return (settings, carried) => runAccount(new RulesOfRun(all), settings, carried);
}

async function runAccount(
  rulesOfRun: RulesOfRun,
  settings: VenueAccountSettings,
  carried: CarriedAccount | undefined,
): Promise<void> {
  let current = settings;
  let refreshRequested = true;
  const { rules } = rulesOfRun;
  const state = rulesOfRun.adopt(carried);
  const ledger = new Ledger(rules.ledger, settings.snapshotLagMs, state?.ledger);
  const limiter = new Limiter(rules.limiter, settings.limits, state?.window);
  const describe = (): void => setCurrentDetails(`${ledger.describe(settings.venue)}\n\n${limiter.describe()}`);

  handleAccountMessages({
    venue: settings.venue,
    ledger,
    limiter,
    requestRefresh() {
      refreshRequested = true;
    },
    configure(next) {
      const fault = settingsFault(next, rules);
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

  const isOver = (): boolean => workflowInfo().continueAsNewSuggested || rulesOfRun.areOutdated;
  while (!isOver()) {
    const dueNow = await condition(() => refreshRequested || isOver(), waitMs || 1);
    if (dueNow && !refreshRequested) break;
    void refresh();
    // A venue that does not answer must not keep a full history from ending; the next run asks anew.
    await condition(() => !refreshing || isOver());
  }
  await condition(allHandlersFinished);
  const next = rulesOfRun.carry({ ledger: ledger.state(), window: limiter.state() });
  await continueAsNew<typeof venueAccount>(current, next);
}

function settingsFault(
  settings: VenueAccountSettings | null | undefined,
  { limiter }: AccountRules,
): string | undefined {
  if (!isRecord(settings) || typeof settings.venue !== 'string') return 'No venue is named.';
  const { updateIntervalMs, snapshotLagMs, limits } = settings;
  if (!Number.isSafeInteger(updateIntervalMs) || updateIntervalMs <= 0) return 'updateIntervalMs must be positive.';
  if (!Number.isFinite(snapshotLagMs) || snapshotLagMs < 0) return 'snapshotLagMs must be zero or more.';
  return limiter.limitsFault(limits);
}
