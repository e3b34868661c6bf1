import type { Client } from '@temporalio/client';
import { loadConfig } from '../../../src/config/load-config';
import { keyUserOfPlan, planProcesses, type StartMode } from '../../../src/supervisor/plan';
import { createKey } from '../../../src/temporal/codec/create-key';
import { claimHistoryKeys, type KeyUser } from '../../../src/temporal/codec/key-marks';
import { parseKeys } from '../../../src/temporal/codec/key-ring';
import { keyUserOf } from '../../../workers/key-user';

/** What a namespace without any key remembers after somebody came with one that nobody knows. */
async function marksAfter(user: KeyUser): Promise<readonly string[]> {
  const data: Record<string, string> = {};
  const client = {
    options: { namespace: 'test' },
    workflowService: {
      describeNamespace: async () => ({ namespaceInfo: { data: { ...data } } }),
      updateNamespace: async (request: { updateInfo: { data: Record<string, string> } }) => {
        Object.assign(data, request.updateInfo.data);
      },
    },
  } as unknown as Client;
  await claimHistoryKeys(client, user, parseKeys(createKey('stray'), 'the test')).catch((error: { code?: string }) => {
    expect(error.code).toBe('HISTORY_KEY_UNKNOWN');
  });
  return Object.keys(data);
}

test.each([
  [['inference'], false],
  [['signals'], true],
  [['entities', 'signals', 'venue-paper-bybit'], true],
  [['inference', 'venue-paper-bybit'], true],
])('a worker of the queues %j teaches a namespace its stray key: %s', async (queues, teaches) => {
  expect((await marksAfter(keyUserOf(queues))).length > 0).toBe(teaches);
});

test.each<[StartMode, boolean]>([
  ['all', true],
  ['core', true],
  ['ml', false],
  ['api', false],
])('a start of the mode %s teaches a namespace its stray key: %s', async (mode, teaches) => {
  const plan = planProcesses(mode, loadConfig({ env: {}, cwd: process.cwd() }));
  expect((await marksAfter(keyUserOfPlan(plan))).length > 0).toBe(teaches);
});
