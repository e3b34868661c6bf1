import { ServiceError, type WorkflowHandle } from '@temporalio/client';
import { balancesQuery } from '../../../src/messages/venue-account';
import { isNotReady, queryPatiently } from '../../../src/temporal/patient-query';

const WORDS = 'Unable to query workflow due to Workflow Task in failed state.';

/** As the client wraps what its connection reports. */
function lostStep(details: string, message: string): ServiceError {
  const cause = Object.assign(new Error(message), { code: 9, details, metadata: {} });
  return new ServiceError('Failed to query Workflow', { cause });
}

test.each([
  ['of gRPC', lostStep(WORDS, `9 FAILED_PRECONDITION: ${WORDS}`)],
  ['of a native connection, without details', lostStep('', WORDS)],
])('a workflow whose last step was lost is asked again: the error %s', async (_whose, error) => {
  const query = jest.fn<Promise<unknown>, []>().mockRejectedValueOnce(error).mockResolvedValue('the answer');
  expect(await queryPatiently({ query } as unknown as WorkflowHandle, balancesQuery)).toBe('the answer');
});

test('another error is none that passes by waiting', () => {
  expect(isNotReady(lostStep('', 'Permission denied.'))).toBe(false);
});
