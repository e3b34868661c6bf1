import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { MarketDataActivities } from '../activities/market-data';
import type { CommitCommand, ReleaseCommand, ReserveCommand, WithdrawCommand } from '../src/domain/ledger/types';
import { isRecord } from '../src/domain/plain-values';
import { limitsFault } from '../src/domain/rate-window/rate-window';
import type { RateWindowState } from '../src/domain/rate-window/rate-window';
import type { AcquireCommand, GiveBackCommand } from '../src/domain/rate-window/types';
import { refreshSignal } from '../src/messages/balance-ledger';
import { venueTaskQueue } from '../src/messages/ids';
import { accountStatsQuery, configureAccountSignal, type VenueAccountSettings } from '../src/messages/venue-account';
import { handleBatch } from './entity-batch';
import { handleBookMessages, LedgerBook, type LedgerBookState } from './ledger-book';
import { handleWindowMessages, RequestWindow } from './request-window';

/** A refresh that takes longer is given up; the next one starts from the beginning. */
const REFRESH_TIMEOUT = '60 seconds';
/** Pause after a failed refresh, milliseconds. */
const REFRESH_RETRY_MS = 5_000;

/** What continue-as-new carries over. */
export interface VenueAccountState {
  readonly ledger: LedgerBookState;
  readonly window: RateWindowState;
}

/**
 * One account at one venue, for all processes together: its money (the balance ledger) and its request budget (the rate
 * limiter). An order needs both, and asks for both in one step. Every handler answers at once.
 */
export async function venueAccount(settings: VenueAccountSettings, carried?: VenueAccountState): Promise<void> {
  let current = settings;
  let refreshRequested = true;
  const book = new LedgerBook(settings.snapshotLagMs, carried?.ledger);
  const window = new RequestWindow(settings.limits, carried?.window);
  const describe = (): void => setCurrentDetails(`${book.describe(settings.venue)}\n\n${window.describe()}`);

  setHandler(
    refreshSignal,
    () => {
      refreshRequested = true;
    },
    { description: 'Asks the venue for its balances at once.' },
  );
  setHandler(
    configureAccountSignal,
    (next) => {
      // Anyone with the command line can send this: an error here would stop the account for good.
      const fault = settingsFault(next);
      if (fault !== undefined) {
        log.warn('The configured settings were refused; the former ones stay in force.', { fault });
        return;
      }
      current = next;
      book.setSnapshotLag(next.snapshotLagMs);
      window.configure(next.limits);
      refreshRequested = true;
      describe();
    },
    { description: 'Replaces the settings.' },
  );
  handleBookMessages(book, settings.venue);
  handleWindowMessages(window);
  handleMessagesForBoth(book, window);

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
      book.applySnapshot(await fetchBalances());
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
  await continueAsNew<typeof venueAccount>(current, { ledger: book.state(), window: window.state() });
}

/** What an order needs of both comes in one batch. */
function handleMessagesForBoth(book: LedgerBook, window: RequestWindow): void {
  handleBatch({
    reserve: (command: ReserveCommand) => book.reserve(command),
    release: (command: ReleaseCommand) => book.release(command),
    commit: (command: CommitCommand) => book.commit(command),
    withdraw: (command: WithdrawCommand) => book.withdraw(command),
    acquire: (command: AcquireCommand) => window.acquire(command),
    giveBack: (command: GiveBackCommand) => window.giveBack(command),
  });
  setHandler(accountStatsQuery, () => ({ ledger: book.stats(), limiter: window.stats() }), {
    description: 'Reservations and requests so far: made, refused, ended, blocked; penalties and bans.',
  });
}

function settingsFault(settings: VenueAccountSettings | null | undefined): string | undefined {
  if (!isRecord(settings) || typeof settings.venue !== 'string') return 'No venue is named.';
  const { updateIntervalMs, snapshotLagMs, limits } = settings;
  if (!Number.isSafeInteger(updateIntervalMs) || updateIntervalMs <= 0) return 'updateIntervalMs must be positive.';
  if (!(snapshotLagMs >= 0)) return 'snapshotLagMs must be zero or more.';
  return limitsFault(limits);
}
