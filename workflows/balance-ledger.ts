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
import { releaseCommandFault, tradingStateCommandFault } from '../src/domain/ledger/validation';
import { isRecord } from '../src/domain/plain-values';
import { venueTaskQueue } from '../src/messages/ids';
import {
  acknowledgeSignal,
  authorizationQuery,
  balancesQuery,
  commitSignal,
  configureLedgerSignal,
  ledgerStatsQuery,
  refreshSignal,
  releaseUpdate,
  reservationsQuery,
  reserveUpdate,
  setTradingStateUpdate,
  snapshotSignal,
  type LedgerSettings,
} from '../src/messages/balance-ledger';
import { handleBatch } from './entity-batch';
import { LedgerBook, type LedgerBookState } from './ledger-book';
import { reject } from './reject';

/** A refresh that takes longer is given up; the next one starts from the beginning. */
const REFRESH_TIMEOUT = '60 seconds';
/** Pause after a failed refresh, milliseconds. */
const REFRESH_RETRY_MS = 5_000;

/** One venue's money: what it reported, what is reserved, what was spent. Every handler answers at once. */
export async function balanceLedger(settings: LedgerSettings, carried?: LedgerBookState): Promise<void> {
  let current = settings;
  let refreshRequested = true;
  const book = new LedgerBook(settings.snapshotLagMs, carried);
  handleBookMessages(book, settings.venue);

  setHandler(
    refreshSignal,
    () => {
      refreshRequested = true;
    },
    { description: 'Asks the venue for its balances at once.' },
  );
  setHandler(
    configureLedgerSignal,
    (next) => {
      // Anyone with the command line can send this: an error here would stop the ledger for good.
      if (!areLedgerSettings(next)) {
        log.warn('The configured settings were refused; the former ones stay in force.');
        return;
      }
      current = next;
      book.setSnapshotLag(next.snapshotLagMs);
      refreshRequested = true;
    },
    { description: 'Replaces the settings.' },
  );
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
    setCurrentDetails(book.describe(current.venue));
  }

  while (!workflowInfo().continueAsNewSuggested) {
    const dueNow = await condition(() => refreshRequested || workflowInfo().continueAsNewSuggested, waitMs || 1);
    if (dueNow && !refreshRequested) break;
    void refresh();
    // A venue that does not answer must not keep a full history from ending; the next run asks anew.
    await condition(() => !refreshing || workflowInfo().continueAsNewSuggested);
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof balanceLedger>(current, book.state());
}

/**
 * The messages that the books alone answer. Messages that arrived before the handlers are taken in the order in which the
 * handlers are set: what the venue reported comes before what is asked about it.
 */
function handleBookMessages(book: LedgerBook, venue: string): void {
  setHandler(snapshotSignal, (command) => book.applySnapshot(command), {
    description: "Takes in a venue's report of its balances.",
  });
  setHandler(commitSignal, (command) => void book.commit(command), {
    description: 'Books what an order took and gives back the rest.',
  });
  setHandler(acknowledgeSignal, (command) => book.acknowledge(command), {
    description: 'Notes that the venue holds margin for a resting order.',
  });
  setHandler(setTradingStateUpdate, (command) => book.setTradingState(command), {
    validator: (command) => reject(tradingStateCommandFault(command)),
    description: 'Sets active, reducing (exits only) or halted.',
  });
  setHandler(reserveUpdate, (command) => book.reserve(command), {
    // A command that names its request gets an answer, which a denied signal shows; any other cannot be one of ours.
    validator: (command) => reject(isRecord(command) && command.requestId ? undefined : 'No requestId is given.'),
    description: 'Holds funds for one order, or says why not.',
  });
  setHandler(releaseUpdate, (command) => book.release(command), {
    validator: (command) => reject(releaseCommandFault(command)),
    description: 'Gives back what a signal holds.',
  });
  handleBatch({
    reserve: (command: ReserveCommand) => book.reserve(command),
    release: (command: ReleaseCommand) => book.release(command),
    commit: (command: CommitCommand) => book.commit(command),
    withdraw: (command: WithdrawCommand) => book.withdraw(command),
  });
  setHandler(balancesQuery, () => book.balances(venue), {
    description: 'Every balance and what of it is free.',
  });
  setHandler(reservationsQuery, () => book.pendingReservations(), {
    description: 'Pending reservations, oldest first.',
  });
  setHandler(ledgerStatsQuery, () => book.stats(), { description: 'Reservations made, refused, committed, released.' });
  setHandler(authorizationQuery, (reservationId) => book.authorization(reservationId), {
    description: "May this reservation's order be sent now?",
  });
}

function areLedgerSettings(settings: LedgerSettings | null | undefined): settings is LedgerSettings {
  if (typeof settings?.venue !== 'string') return false;
  const { updateIntervalMs, snapshotLagMs } = settings;
  return Number.isSafeInteger(updateIntervalMs) && updateIntervalMs > 0 && snapshotLagMs >= 0;
}
