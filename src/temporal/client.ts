import { Client, type ConnectionLike, type WorkflowClientInterceptor } from '@temporalio/client';
import { historyConverter } from './codec/history-codec';
import { askAgainWhenTooEarly } from './patient-query';

/** A workflow that has something to do first is asked again, whoever asks (workflows/query-guard). */
const PATIENCE: WorkflowClientInterceptor = {
  query: (input, next) => askAgainWhenTooEarly(() => next(input)),
};

/**
 * The one way to a client: it reads and writes histories as this process's keys say.
 *
 * @throws HistoryKeyError (HISTORY_KEYS_INVALID)
 */
export function openClient(connection: ConnectionLike, namespace: string): Client {
  const interceptors = { workflow: [PATIENCE] };
  return new Client({ connection, namespace, dataConverter: historyConverter(), interceptors });
}
