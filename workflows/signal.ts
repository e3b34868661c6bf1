import { setHandler } from '@temporalio/workflow';
import type { SignalView } from '../src/domain/signal-view';
import { cancelUpdate, stateQuery, withOlderNames, type SignalWorkflowInput } from '../src/messages/signal';
import { SignalSaga } from './signal-saga';

/**
 * One signal's life, from intake to its settled end. Its workflow id is the fingerprint, so that the server refuses a
 * second one. The result is the same account of it that the query `state` gives while it runs.
 */
export async function signal(input: SignalWorkflowInput): Promise<SignalView> {
  const saga = new SignalSaga(input);
  setHandler(stateQuery, () => withOlderNames(saga.view()), {
    description: 'Everything about this signal: state, funds, order, timeline.',
  });
  setHandler(cancelUpdate, (reason) => saga.cancel(reason), {
    description: 'Ends the signal unsent, or asks the venue to cancel what is open.',
  });
  return withOlderNames(await saga.run());
}
