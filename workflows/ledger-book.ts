import { log, setHandler } from '@temporalio/workflow';
import {
  acknowledge,
  applySnapshot,
  commit,
  configureLedger,
  emptyLedger,
  ledgerStats,
  pendingReservations,
  release,
  reserve,
  setTradingState,
  viewBalances,
  withdraw,
  type LedgerState,
  type LedgerStep,
} from '../src/domain/ledger/ledger';
import type {
  AcknowledgeCommand,
  CommitCommand,
  EndReservationResult,
  InvalidCommandResult,
  LedgerStats,
  ReleaseCommand,
  Reservation,
  ReserveCommand,
  ReserveResult,
  SetTradingStateCommand,
  SetTradingStateResult,
  SnapshotCommand,
  WithdrawCommand,
  WithdrawResult,
} from '../src/domain/ledger/types';
import { releaseCommandFault, tradingStateCommandFault } from '../src/domain/ledger/validation';
import { isRecord } from '../src/domain/plain-values';
import {
  acknowledgeSignal,
  authorizationQuery,
  balancesQuery,
  commitSignal,
  releaseUpdate,
  reservationsQuery,
  reserveUpdate,
  setTradingStateUpdate,
  snapshotSignal,
  type Authorization,
  type BalancesReply,
} from '../src/messages/balance-ledger';
import { reject } from './reject';

/** What continue-as-new carries over. */
export type LedgerBookState = LedgerState;

/** Binds the ledger's pure rules to the workflow's time. Every method returns at once. */
export class LedgerBook {
  private ledger: LedgerState;

  constructor(snapshotLagMs: number, carried?: LedgerBookState) {
    this.ledger = carried ? configureLedger(carried, { snapshotLagMs }) : emptyLedger({ snapshotLagMs });
  }

  state(): LedgerBookState {
    return this.ledger;
  }

  setSnapshotLag(snapshotLagMs: number): void {
    this.ledger = configureLedger(this.ledger, { snapshotLagMs });
  }

  reserve(command: ReserveCommand): ReserveResult {
    return this.take(reserve(this.ledger, command, Date.now()));
  }

  release(command: ReleaseCommand): EndReservationResult {
    return this.take(release(this.ledger, command, Date.now()));
  }

  withdraw(command: WithdrawCommand): WithdrawResult {
    return this.take(withdraw(this.ledger, command));
  }

  /** A commit that finds nothing to end would be money out of the books: it is the one answer worth a log line. */
  commit(command: CommitCommand): EndReservationResult | InvalidCommandResult {
    const result = this.take(commit(this.ledger, command, Date.now()));
    if (result.status !== 'ended' && result.status !== 'already_ended') {
      log.error('A commit met no reservation.', { reservationId: command?.reservationId, status: result.status });
    }
    return result;
  }

  acknowledge(command: AcknowledgeCommand): void {
    this.take(acknowledge(this.ledger, command));
  }

  applySnapshot(command: SnapshotCommand): void {
    const result = this.take(applySnapshot(this.ledger, command, Date.now()));
    if (result.status === 'invalid') log.warn("A venue's balance report was refused.", { reason: result.message });
  }

  setTradingState(command: SetTradingStateCommand): SetTradingStateResult {
    return this.take(setTradingState(this.ledger, command, Date.now()));
  }

  balances(venue: string): BalancesReply {
    return { venue, ...viewBalances(this.ledger) };
  }

  pendingReservations(): readonly Reservation[] {
    return pendingReservations(this.ledger);
  }

  stats(): LedgerStats {
    return ledgerStats(this.ledger);
  }

  authorization(reservationId: string): Authorization {
    const reservation = this.pendingReservations().find(({ id }) => id === reservationId);
    if (!reservation) {
      return {
        authorized: false,
        denial: { code: 'SIGNAL_ENDED', message: 'Nothing is reserved for this order (any more).' },
      };
    }
    const { tradingState } = this.ledger;
    if (tradingState === 'halted') {
      return {
        authorized: false,
        denial: { code: 'TRADING_HALTED', message: 'Trading was halted while the signal waited.' },
      };
    }
    if (tradingState === 'reducing' && reservation.intent === 'entry') {
      return {
        authorized: false,
        denial: { code: 'REDUCE_ONLY', message: 'Trading was reduced to exits while the signal waited.' },
      };
    }
    return { authorized: true };
  }

  describe(venue: string): string {
    const { tradingState, assets } = this.balances(venue);
    const lines = Object.entries(assets).map(
      ([asset, view]) => `- **${asset}**: ${view.free} free, ${view.reserved} reserved, ${view.total} in all`,
    );
    return [`Funds at **${venue}**, trading **${tradingState}**:`, '', ...lines].join('\n');
  }

  private take<Result>(step: LedgerStep<Result>): Result {
    this.ledger = step.state;
    return step.result;
  }
}

/**
 * The messages that the books alone answer. Messages that arrived before the handlers are taken in the order in which the
 * handlers are set: what the venue reported comes before what is asked about it.
 */
export function handleBookMessages(book: LedgerBook, venue: string): void {
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
  setHandler(balancesQuery, () => book.balances(venue), {
    description: 'Every balance and what of it is free.',
  });
  setHandler(reservationsQuery, () => book.pendingReservations(), {
    description: 'Pending reservations, oldest first.',
  });
  setHandler(authorizationQuery, (reservationId) => book.authorization(reservationId), {
    description: "May this reservation's order be sent now?",
  });
}
