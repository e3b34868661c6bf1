/** A namespace belongs to the environment that used it first, whatever it is called. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { claimEnvironment } from '../../workers/claim-environment';
import { readMark, writeMark } from '../../src/temporal/namespace-marks';
import { onPaper } from '../support/account-commands';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterAll(() => environment.teardown());

test('the first environment keeps it, and every other one is refused with the remedy', async () => {
  const { client } = environment;
  await writeMark(client, 'account.other', 'kept');
  await claimEnvironment(client, onPaper('bybit'));
  await claimEnvironment(client, onPaper('bybit'));
  for (const other of ['testnet', 'live'] as const) {
    await expect(claimEnvironment(client, { environment: other, venue: 'bybit' })).rejects.toMatchObject({
      code: 'ENVIRONMENT_MISMATCH',
      message: expect.stringMatching(new RegExp(`paper.*${other}.*TEMPORAL_NAMESPACE`)) as string,
    });
  }
  expect(await readMark(client, 'environment')).toBe('paper');
  expect(await readMark(client, 'account.other')).toBe('kept');
});
