import { isGrpcServiceError, QueryNotRegisteredError, type Client } from '@temporalio/client';
import Decimal from 'decimal.js';
import { balancesQuery, reservationsQuery } from '../src/messages/venue-account';
import { venueAccountWorkflowId } from '../src/messages/ids';
import type { TradingVenue } from '../src/domain/trading-venue';
import { QUERY_TOO_EARLY } from '../src/messages/query-guard';
import { assertInvariant } from './violation';

const QUERY_TIMEOUT_MS = 4_000;

/**
 * Looks at the running ledger and checks what must hold at every moment.
 *
 * @param isKnown whether a reservation's id belongs to a signal that was handed in
 * @returns false while the ledger cannot be asked
 * @throws Violation
 */
export async function watchLedger(
  client: Client,
  venue: TradingVenue,
  isKnown: (fingerprint: string) => boolean,
): Promise<boolean> {
  const ledger = client.workflow.getHandle(venueAccountWorkflowId(venue));
  try {
    const [balances, reservations] = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, async () => [
      await ledger.query(balancesQuery),
      await ledger.query(reservationsQuery),
    ]);
    for (const [asset, view] of Object.entries(balances.assets)) {
      const { total, free, reserved, unsettled } = view;
      const isSound = [free, reserved, unsettled].every((amount) => new Decimal(amount).gte(0));
      assertInvariant(isSound && new Decimal(reserved).lte(total), 'the ledger is never over-reserved', () =>
        JSON.stringify({ asset, ...view }),
      );
    }
    const strangers = reservations.filter(({ id }) => !isKnown(id));
    const ids = new Set(reservations.map(({ id }) => id));
    assertInvariant(
      strangers.length === 0 && ids.size === reservations.length,
      'every reservation belongs to one signal',
      () => JSON.stringify(reservations.map(({ id, purpose }) => [id, purpose])),
    );
    return true;
  } catch (error) {
    if (isPassing(error)) return false;
    throw error;
  }
}

/** Server or engine are down at this moment. */
function isPassing(error: unknown): boolean {
  if (error instanceof QueryNotRegisteredError) return error.message.includes(QUERY_TOO_EARLY);
  if (isGrpcServiceError(error)) return true;
  return error instanceof Error && error.cause !== undefined && isPassing(error.cause);
}
