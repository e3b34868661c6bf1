import { setHandler } from '@temporalio/workflow';
import { BATCH_REQUESTS_MAX, batchUpdate, type EntityRequest } from '../src/messages/entity-batch';
import { reject } from './reject';

/**
 * Answers batches of commands.
 *
 * @param handlers by kind; each takes any value and returns at once, like the handler of the update of that name
 */
export function handleBatch(handlers: Readonly<Record<string, (command: never) => object>>): void {
  const answer = (request: EntityRequest): object => {
    const kind = String(request?.kind);
    const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
    return handler
      ? handler(request.command as never)
      : { status: 'invalid', message: `There is no command "${kind.slice(0, 40)}" here.` };
  };
  setHandler(batchUpdate, (requests) => requests.map(answer), {
    // A refused batch leaves no trace in the history.
    validator(requests) {
      const isBatch = Array.isArray(requests) && requests.length <= BATCH_REQUESTS_MAX;
      reject(isBatch ? undefined : `A batch is a list of at most ${BATCH_REQUESTS_MAX} commands.`);
    },
    description: 'Many commands at once, answered in their order.',
  });
}
