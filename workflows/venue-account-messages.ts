import { setHandler, type SignalDefinition } from '@temporalio/workflow';
import type { BoundFigure } from '../src/domain/explain/types';
import type { SetTradingStateCommand, SetTradingStateResult } from '../src/domain/ledger/types';
import { tradingStateCommandFault } from '../src/domain/ledger/validation';
import {
  accountHealthQuery,
  accountStatsQuery,
  acknowledgeSignal,
  authorizationQuery,
  balancesQuery,
  type BalancesReply,
  batchUpdate,
  commitSignal,
  configureAccountSignal,
  feedbackSignal,
  moveAccountSignal,
  positionClosedSignal,
  refreshSignal,
  reservationsQuery,
  riskQuery,
  setTradingStateUpdate,
  snapshotSignal,
  usageQuery,
  type AccountHandlers,
  type AccountHealth,
  type PositionClosed,
  type VenueAccountSettings,
} from '../src/messages/venue-account';
import { answerBatch, batchFault } from './account-batch';
import type { Ledger } from './ledger';
import type { Limiter } from './limiter';
import { reject } from './reject';
import type { AccountMove } from './account-move';
import type { AccountRisk } from './account-risk';

/** With more orders pending the bounds are not told along with a reservation: in a flood that would double what each costs. */
const PENDING_TOLD_MAX = 50;

/** What of a venue's account answers its messages. */
export interface AccountParts {
  readonly venue: string;
  readonly ledger: Ledger;
  readonly limiter: Limiter;
  readonly move: AccountMove;
  readonly risk: AccountRisk;
  readonly setTradingState: (command: SetTradingStateCommand) => SetTradingStateResult;
  /** Asks the venue for its balances soon. */
  readonly requestRefresh: () => void;
  /** A position is booked. */
  readonly closed: (closing: PositionClosed) => void;
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
  const { venue, ledger, limiter, move, requestRefresh, configure } = parts;
  /** Whoever the account was handed over to gets what comes late. */
  function take<Args extends unknown[]>(
    signal: SignalDefinition<Args>,
    handler: (...args: Args) => void,
    description: string,
  ): void {
    setHandler(signal, (...args: Args) => move.receive(signal, args, () => handler(...args)), { description });
  }
  take(refreshSignal, requestRefresh, 'Asks the venue for its balances at once.');
  take(configureAccountSignal, configure, 'Replaces the settings.');
  take(snapshotSignal, (command) => ledger.applySnapshot(command), "Takes in a venue's report of its balances.");
  take(
    commitSignal,
    (command) => ledger.commitUnanswered(command, venue),
    'Books what an order took and gives back the rest; a person is told where it cannot.',
  );
  take(
    acknowledgeSignal,
    (command) => ledger.acknowledge(command),
    'Notes that the venue holds margin for a resting order.',
  );
  take(
    feedbackSignal,
    (command) => limiter.feedback(command),
    "Takes in what the venue's answers say about its limits.",
  );
  take(positionClosedSignal, parts.closed, 'Notes what became of a position that was closed.');
  setHandler(moveAccountSignal, (to) => move.request(to), {
    description: 'Moves an account of an older release to an id that names its environment.',
  });

  // A refused update leaves no trace in the history.
  setHandler(setTradingStateUpdate, parts.setTradingState, {
    validator(command) {
      move.assertAnswers();
      reject(tradingStateCommandFault(command));
    },
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
  const boundsOf = (symbol: string): readonly BoundFigure[] | undefined => {
    const pending = ledger.pendingReservations();
    return pending.length > PENDING_TOLD_MAX ? undefined : parts.risk.bounds(symbol, pending);
  };
  setHandler(batchUpdate, (requests) => answerBatch(handlers, requests, boundsOf), {
    validator(requests) {
      move.assertAnswers();
      reject(batchFault(requests));
    },
    description: `Many commands at once, answered in their order: ${Object.keys(handlers).join(', ')}.`,
  });

  handleQueries(parts);
}

/** What changes nothing. */
function handleQueries({ venue, ledger, limiter, risk, health }: AccountParts): void {
  const balances = (entrySymbol?: string): BalancesReply => ({
    ...ledger.balances(venue),
    ...(entrySymbol !== undefined && { bounds: risk.bounds(entrySymbol, ledger.pendingReservations()) }),
  });
  setHandler(balancesQuery, balances, {
    description: 'Every balance and what of it is free; with a symbol, also the bounds of risk that its entries meet.',
  });
  setHandler(reservationsQuery, () => ledger.pendingReservations(), {
    description: 'Pending reservations, oldest first.',
  });
  setHandler(riskQuery, () => risk.view(ledger.pendingReservations()), {
    description: 'The bounds of risk, their values and what is blocked.',
  });
  setHandler(authorizationQuery, (reservationId) => ledger.authorization(reservationId), {
    description: "May this reservation's order be sent now?",
  });
  setHandler(usageQuery, () => limiter.usage(), { description: 'Used weight and limit of every window.' });
  setHandler(accountStatsQuery, () => ({ ledger: ledger.stats(), limiter: limiter.stats() }), {
    description: 'Reservations and requests so far: made, refused, ended, blocked; penalties and bans.',
  });
  setHandler(accountHealthQuery, health, {
    description: 'How the account is: age of balances, bans, reservations that should have ended.',
  });
}
