import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { GrpcStatus, isCausedByStatus } from './grpc-status';
import { keepFirst, readKept } from './kept-file';
import { readMark, writeMark } from './namespace-marks';

/** Where a data folder says which account at a venue it belongs to: the exchange's number of it, which is no secret. */
export function accountFile(dataDir: string, venue: string): string {
  return join(dataDir, `account-${venue}`);
}

function markOf(venue: string): string {
  return `account-id.${venue}`;
}

/**
 * The accounts at a venue that a data folder and a namespace belong to.
 *
 * @param client absent: only the folder is asked
 * @throws KeptFileError
 */
export async function keptAccounts(dataDir: string, venue: string, client?: Client): Promise<readonly string[]> {
  const kept = [readKept(accountFile(dataDir, venue))?.trim(), client && (await readMark(client, markOf(venue)))];
  return [...new Set(kept.flatMap((id) => (id ? [id] : [])))];
}

/**
 * Keeps the account of the first key for ever. Where the server does not let this program mark the namespace, the folder must do.
 *
 * @throws KeptFileError, and the file system's error
 */
export async function keepAccount(dataDir: string, venue: string, accountId: string, client: Client): Promise<void> {
  keepFirst(accountFile(dataDir, venue), `${accountId}\n`);
  if ((await readMark(client, markOf(venue))) !== undefined) return;
  try {
    await writeMark(client, markOf(venue), accountId);
  } catch (error) {
    const { PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED } = GrpcStatus;
    if (!isCausedByStatus(error, PERMISSION_DENIED, UNAUTHENTICATED, UNIMPLEMENTED)) throw error;
  }
}
