import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { SignalView } from '../src/domain/signal-view';
import {
  cancelUpdate,
  settleUpdate,
  stateQuery,
  withOlderNames,
  type SignalWorkflowInput,
} from '../src/messages/signal';
import { alert } from './announcements';
import { inputFault } from './signal-origin';
import { SignalSaga } from './signal-saga';

/**
 * One signal's life, from intake to its settled end. Its workflow id is the fingerprint, so that the server refuses a
 * second one. The result is the same account of it that the query `state` gives while it runs.
 */
export function signal(input: SignalWorkflowInput): Promise<SignalView> {
  return runSaga(input);
}

/** The rest of a signal's life, where its own workflow was ended by hand: finds its order and ends its reservation. */
export function orphan(input: SignalWorkflowInput): Promise<SignalView> {
  return runSaga(input);
}

async function runSaga(input: SignalWorkflowInput): Promise<SignalView> {
  const fault = inputFault(input);
  if (fault !== undefined) {
    // Only who starts workflows by hand gets here: a step that fails would be tried for ever.
    alert(`A workflow that is no signal was started by hand, and ends. ${fault}`);
    throw ApplicationFailure.nonRetryable(fault, 'SIGNAL_NOT_GENUINE');
  }
  const saga = new SignalSaga(input);
  setHandler(stateQuery, () => withOlderNames(saga.view()), {
    description: 'Everything about this signal: state, funds, order, timeline.',
  });
  setHandler(cancelUpdate, (reason, origin) => saga.cancel(reason, origin), {
    description: 'Ends the signal unsent, or asks the venue to cancel what is open.',
  });
  setHandler(settleUpdate, (command) => saga.settle(command), {
    description: 'Ends an order that is missing or unknown, on the word of a person who looked at the venue.',
  });
  return withOlderNames(await saga.run());
}
