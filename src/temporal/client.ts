import { Client, type ConnectionLike } from '@temporalio/client';
import { historyConverter } from './codec/history-codec';

/**
 * The one way to a client: it reads and writes histories as this process's keys say.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID)
 */
export function openClient(connection: ConnectionLike, namespace: string): Client {
  return new Client({ connection, namespace, dataConverter: historyConverter() });
}
