/** A namespace belongs to the environment that used it first, whatever it is called. */
import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createTradingStateControl } from '../../src/trading/trading-state';
import { claimEnvironment, noteTravels } from '../../workers/claim-environment';
import { readMark, SINCE_CREATION, TRAVELS_SINCE_MARK, writeMark } from '../../src/temporal/namespace-marks';
import { onPaper } from '../support/account-commands';
import { eventually } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { openClient } from '../../src/temporal/client';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterAll(() => environment.teardown());

/** One that somebody else created. */
async function otherNamespace(namespace: string): Promise<Client> {
  const { connection } = environment;
  const workflowExecutionRetentionPeriod = msToTs(86_400_000);
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const client = openClient(connection, namespace);
  await eventually(() =>
    readMark(client, 'none').then(
      () => true,
      () => false,
    ),
  );
  return client;
}

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

test('who halts, resumes or settles with the configuration of another environment is refused before anything changes', async () => {
  const { client } = environment;
  await claimEnvironment(client, onPaper('bybit'));
  const control = createTradingStateControl(client, { environment: 'testnet', venue: 'bybit' });
  await expect(control.change('halted', 'by mistake')).rejects.toMatchObject({ code: 'ENVIRONMENT_MISMATCH' });
});

test('a namespace that nobody used before knows no workflow without an environment; one that was used does', async () => {
  const { client } = environment;
  expect(await readMark(client, TRAVELS_SINCE_MARK)).toBe(SINCE_CREATION);
  const used = await otherNamespace('used');
  await writeMark(used, 'environment', 'paper');
  await claimEnvironment(used, onPaper('bybit'));
  expect(await readMark(used, TRAVELS_SINCE_MARK)).toBeUndefined();
  await noteTravels(used);
  const since = await readMark(used, TRAVELS_SINCE_MARK);
  expect(Date.parse(since!)).toBeGreaterThan(0);
  await noteTravels(used);
  expect(await readMark(used, TRAVELS_SINCE_MARK)).toBe(since);
  await noteTravels(used, true);
  expect(Date.parse((await readMark(used, TRAVELS_SINCE_MARK))!)).toBeGreaterThan(Date.parse(since!));
});
