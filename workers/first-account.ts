import type { Client } from '@temporalio/client';
import type { TradingVenue } from '../src/domain/trading-venue';
import { formerVenueAccountWorkflowId, venueAccountWorkflowId } from '../src/messages/ids';
import { GrpcStatus, isCausedByStatus } from '../src/temporal/grpc-status';
import { readMark, writeMark } from '../src/temporal/namespace-marks';
import { isKnown } from './claim-environment';

/** A namespace belongs to one environment: the venue's name is enough. */
function markOf(venue: string): string {
  return `account.${venue}`;
}

/** What a namespace remembers of a venue's accounts. */
export interface AccountPast {
  /** There never was one: the server knows none, and there is no mark. */
  readonly isFirst: boolean;
  /** The server forgets ended workflows after the retention; the mark in the namespace's own data stays. */
  readonly isMarked: boolean;
}

export async function readAccountPast(client: Client, ours: TradingVenue): Promise<AccountPast> {
  const isMarked = (await readMark(client, markOf(ours.venue))) !== undefined;
  if (isMarked) return { isFirst: false, isMarked };
  const ids = [venueAccountWorkflowId(ours), formerVenueAccountWorkflowId(ours.venue)];
  const known = await Promise.all(ids.map((id) => isKnown(client, id)));
  return { isFirst: !known.includes(true), isMarked };
}

/** Safe to repeat. Where the server does not let this program mark it, the server's memory of ended workflows must do. */
export async function markAccount(client: Client, venue: string): Promise<void> {
  try {
    await writeMark(client, markOf(venue), new Date().toISOString());
  } catch (error) {
    const { PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED } = GrpcStatus;
    if (!isCausedByStatus(error, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED)) throw error;
  }
}
