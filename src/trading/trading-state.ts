import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { AUTHORIZATION_VALIDITY_MS } from '../domain/ledger/authorization';
import type { Reservation, SetTradingStateCommand, TradingState, TradingStateChange } from '../domain/ledger/types';
import { showVenue, type TradingVenue } from '../domain/trading-venue';
import { formerVenueAccountWorkflowId, venueAccountWorkflowId } from '../messages/ids';
import { balancesQuery, reservationsQuery, setTradingStateUpdate } from '../messages/venue-account';
import { checkEnvironment } from '../temporal/environment-stamp';
import { isUnanswered } from '../temporal/grpc-status';
import { queryPatiently } from '../temporal/patient-query';

/**
 * Added to the validity of an authorization before a stop is called done: for a request that left at the last moment
 * and is still on its way.
 */
const STOP_MARGIN_MS = 1_000;
/** How long one call to the server may take before the caller hears that nobody answers. */
const CALL_TIMEOUT_MS = 10_000;

/** The trading state could not be changed or read. The message says what to do. */
export class TradingStateError extends Error {
  override readonly name = 'TradingStateError';

  /**
   * @param code LEDGER_NOT_RUNNING: the system was never started on this venue. LEDGER_UNAVAILABLE: nobody answered, and
   *   a change may or may not have been made; repeating it is safe. REFUSED: the command makes no sense.
   */
  constructor(
    readonly code: 'LEDGER_NOT_RUNNING' | 'LEDGER_UNAVAILABLE' | 'REFUSED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Stops and resumes trading on one venue. The state is the ledger's, and outlives every process. */
export interface TradingStateControl {
  /**
   * Changes the state, then waits until it holds: orders authorized before a stop may leave until then, and none after.
   *
   * @param onChanged called once the ledger has the state, before the wait
   * @throws TradingStateError, and EnvironmentMismatchError where the namespace is another environment's
   */
  change(to: TradingState, reason: string, onChanged?: () => void): Promise<TradingStateChange>;
  /** @throws TradingStateError */
  state(): Promise<TradingState>;
  /** What is held for orders that have not ended, oldest first. @throws TradingStateError */
  reservations(): Promise<readonly Reservation[]>;
}

export function createTradingStateControl(client: Client, ours: TradingVenue): TradingStateControl {
  const ids = [venueAccountWorkflowId(ours), formerVenueAccountWorkflowId(ours.venue)] as const;
  // An account that an engine of an older release runs must hear of a halt, too.
  const call = <Result>(work: (ledger: WorkflowHandle) => Promise<Result>): Promise<Result> =>
    callLedger(client, showVenue(ours), () =>
      work(client.workflow.getHandle(ids[0])).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        return work(client.workflow.getHandle(ids[1]));
      }),
    );
  return {
    async change(to, reason, onChanged) {
      const command: SetTradingStateCommand = { requestId: `trading-state:${randomUUID()}`, to, reason };
      await call(() => checkEnvironment(client, ours.environment));
      const result = await call((ledger) => ledger.executeUpdate(setTradingStateUpdate, { args: [command] }));
      if (result.status === 'invalid') throw new TradingStateError('REFUSED', result.message);
      if (result.status === 'conflict') {
        throw new TradingStateError(
          'REFUSED',
          'Another change was made in the place of this one. Look at "oncefill status", then repeat the command.',
        );
      }
      onChanged?.();
      if (to !== 'active') await delay(AUTHORIZATION_VALIDITY_MS + STOP_MARGIN_MS);
      return result.change;
    },
    reservations: () => call((ledger) => queryPatiently(ledger, reservationsQuery)),
    state: async () => (await call((ledger) => queryPatiently(ledger, balancesQuery))).tradingState,
  };
}

async function callLedger<Result>(client: Client, venue: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, work);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      const message = `No ledger runs for ${venue}: start the system with "oncefill start", then repeat the command.`;
      throw new TradingStateError('LEDGER_NOT_RUNNING', message, { cause: error });
    }
    if (!isUnanswered(error)) throw error;
    const message = `The ledger of ${venue} does not answer, and may or may not have changed. Check that a trading engine runs, then repeat the command.`;
    throw new TradingStateError('LEDGER_UNAVAILABLE', message, { cause: error });
  }
}
