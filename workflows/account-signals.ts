import { getExternalWorkflowHandle, type SignalDefinition } from '@temporalio/workflow';
import { namedAccountWorkflowId } from '../src/messages/ids';
import type { SagaParts } from './saga-parts';
import { untilAnswered } from './until-answered';

/**
 * Tells the account by a signal. A saga of before environments travelled along does not know its account's id since that
 * moved: where the former one is gone, the process that trades tells the environment.
 */
export async function signalAccount<Command>(
  { input, terms, activities }: SagaParts,
  signal: SignalDefinition<[Command]>,
  command: Command,
): Promise<void> {
  const tell = (): Promise<void> =>
    getExternalWorkflowHandle(namedAccountWorkflowId(terms.venueOf(input))).signal(signal, command);
  const isNamed = terms.venueOf(input).environment !== undefined;
  try {
    await tell();
  } catch (error) {
    if (isNamed) throw error;
    const what = `${input.fingerprint}: the trading engine`;
    terms.learn({ terms: await untilAnswered(what, () => activities.tellTerms()) });
    await tell();
  }
}
