import { fingerprintOfWorkflow } from '../messages/ids';

const FINGERPRINT = /^[0-9a-f]{16}$/;
/** How a sentence of another workflow about a signal begins. */
const NAMED_FIRST = /^([0-9a-f]{16}): /;

/**
 * The field that a line of a signal carries in every log, whoever writes it.
 *
 * @param workflowId of the workflow that tells, where one does; a signal's is its fingerprint
 * @param text the line, which may begin with the fingerprint
 * @returns no field for a line that is about no signal
 */
export function signalFields(workflowId: unknown, text: string): { readonly fingerprint?: string } {
  const ofWorkflow = typeof workflowId === 'string' ? fingerprintOfWorkflow(workflowId) : '';
  const fingerprint = FINGERPRINT.test(ofWorkflow) ? ofWorkflow : NAMED_FIRST.exec(text)?.[1];
  return fingerprint === undefined ? {} : { fingerprint };
}
