import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { venueAccountWorkflowId } from '../src/messages/ids';
import { GrpcStatus, isCausedByStatus } from '../src/temporal/grpc-status';
import { readMark, writeMark } from './namespace-marks';

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

export async function readAccountPast(client: Client, venue: string): Promise<AccountPast> {
  const isMarked = (await readMark(client, markOf(venue))) !== undefined;
  return { isFirst: !isMarked && !(await isKnown(client, venue)), isMarked };
}

async function isKnown(client: Client, venue: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(venueAccountWorkflowId(venue)).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
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
