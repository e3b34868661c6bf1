import { setHandler } from '@temporalio/workflow';
import type { SetTradingStateCommand, SetTradingStateResult } from '../src/domain/ledger/types';
import { tradingStateCommandFault } from '../src/domain/ledger/validation';
import {
  accountHealthQuery,
  accountStatsQuery,
  acknowledgeSignal,
  authorizationQuery,
  balancesQuery,
  batchUpdate,
  commitSignal,
  configureAccountSignal,
  feedbackSignal,
  refreshSignal,
  reservationsQuery,
  setTradingStateUpdate,
  snapshotSignal,
  usageQuery,
  type AccountHandlers,
  type AccountHealth,
  type VenueAccountSettings,
} from '../src/messages/venue-account';
import { answerBatch, batchFault } from './account-batch';
import type { Ledger } from './ledger';
import type { Limiter } from './limiter';
import { reject } from './reject';

/** What of a venue's account answers its messages. */
export interface AccountParts {
  readonly venue: string;
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly setTradingState: (command: SetTradingStateCommand) => SetTradingStateResult;
  /** Asks the venue for its balances soon. */
  readonly requestRefresh: () => void;
  /** Takes any value. */
  readonly configure: (settings: VenueAccountSettings) => void;
  readonly health: () => AccountHealth;
}

/**
 * Sets a handler for every message of src/messages/venue-account.ts. Each answers at once, and takes any value: anyone
 * with the command line can send one, and a handler that throws would stop the account for good.
 *
 * Messages that arrived before the handlers are taken in the order in which the handlers are set, so what has happened
 * comes before what is asked: a reservation must see what the venue reported and what other orders took.
 */
export function handleAccountMessages(parts: AccountParts): void {
  const { venue, ledger, limiter, requestRefresh, configure } = parts;
  setHandler(refreshSignal, requestRefresh, { description: 'Asks the venue for its balances at once.' });
  setHandler(configureAccountSignal, configure, { description: 'Replaces the settings.' });
  setHandler(snapshotSignal, (command) => ledger.applySnapshot(command), {
    description: "Takes in a venue's report of its balances.",
  });
  setHandler(commitSignal, (command) => void ledger.commit(command), {
    description: 'Books what an order took and gives back the rest.',
  });
  setHandler(acknowledgeSignal, (command) => ledger.acknowledge(command), {
    description: 'Notes that the venue holds margin for a resting order.',
  });
  setHandler(feedbackSignal, (command) => limiter.feedback(command), {
    description: "Takes in what the venue's answers say about its limits.",
  });

  // A refused update leaves no trace in the history.
  setHandler(setTradingStateUpdate, parts.setTradingState, {
    validator: (command) => reject(tradingStateCommandFault(command)),
    description: 'Sets active, reducing (exits only) or halted.',
  });
  const handlers: AccountHandlers = {
    reserve: (command) => ledger.reserve(command),
    release: (command) => ledger.release(command),
    commit: (command) => ledger.commit(command),
    withdraw: (command) => ledger.bar(command),
    acquire: (command) => limiter.acquire(command),
    giveBack: (command) => limiter.giveBack(command),
  };
  setHandler(batchUpdate, (requests) => answerBatch(handlers, requests), {
    validator: (requests) => reject(batchFault(requests)),
    description: `Many commands at once, answered in their order: ${Object.keys(handlers).join(', ')}.`,
  });

  setHandler(balancesQuery, () => ledger.balances(venue), { description: 'Every balance and what of it is free.' });
  setHandler(reservationsQuery, () => ledger.pendingReservations(), {
    description: 'Pending reservations, oldest first.',
  });
  setHandler(authorizationQuery, (reservationId) => ledger.authorization(reservationId), {
    description: "May this reservation's order be sent now?",
  });
  setHandler(usageQuery, () => limiter.usage(), { description: 'Used weight and limit of every window.' });
  setHandler(accountStatsQuery, () => ({ ledger: ledger.stats(), limiter: limiter.stats() }), {
    description: 'Reservations and requests so far: made, refused, ended, blocked; penalties and bans.',
  });
  setHandler(accountHealthQuery, parts.health, {
    description: 'How the account is: age of balances, bans, reservations that should have ended.',
  });
}
