/** One bound decides for all who tell people whether a process is heard of. */
import type { Client } from '@temporalio/client';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import type { Config } from '../../../src/config/schema';
import { readHealth } from '../../../src/observability/health';
import { limitsHealth } from '../../../src/observability/waiting';
import { readWorkers } from '../../../src/observability/workers-report';
import { historyConverter } from '../../../src/temporal/codec/history-codec';

const TIMEOUT_SECONDS = 60;
const LATE_SECONDS = 0.75 * TIMEOUT_SECONDS;
const config = {
  venue: 'bybit',
  venues: { bybit: { environment: 'testnet' } },
  ml: { enabled: false },
  workers: { heartbeatTimeoutSeconds: TIMEOUT_SECONDS },
  temporal: { namespace: 'here' },
} as unknown as Config;

/** A server whose engine was last heard of so long ago, and answers nothing. */
function clientWith(heartbeatAgeSeconds: number): Client {
  const atMs = Date.now() - heartbeatAgeSeconds * 1_000;
  const heartbeat = { status: 'running', activeTasks: 0, memoryBytes: 270 * 1024 ** 2, cpuShare: 0, atMs };
  const loadedDataConverter = loadDataConverter(historyConverter());
  const heartbeatDetails = { payloads: [loadedDataConverter.payloadConverter.toPayload(heartbeat)] };
  const handle = {
    describe: async () => ({
      status: { name: 'RUNNING' },
      memo: {},
      raw: { pendingActivities: [{ heartbeatDetails }] },
    }),
    query: () => Promise.reject(new Error('nobody answers')),
  };
  const client = {
    options: { loadedDataConverter },
    withDeadline: (_deadline: unknown, ask: () => unknown) => ask(),
    workflow: { getHandle: () => handle, list: async function* () {} },
    workflowService: { describeNamespace: async () => ({}) },
  };
  return client as unknown as Client;
}

test.each([
  [LATE_SECONDS - 5, 'healthy', 'running', true],
  [LATE_SECONDS + 5, 'degraded', 'silent', false],
])(
  '%d s after its last heartbeat an engine is %s, and among the workers %s',
  async (age, health, status, isComplete) => {
    const { components } = await readHealth(clientWith(age), config, ['trading_engine']);
    expect(components['trading_engine']).toBe(health);
    expect(await readWorkers(clientWith(age), config)).toMatchObject({ isComplete, workers: [{ status }] });
  },
);

test('the reason of a late engine is what is wrong', async () => {
  const { reasons } = await readHealth(clientWith(LATE_SECONDS + 2), config, ['trading_engine']);
  expect(reasons).toContainEqual(expect.stringMatching(/^trading_engine has sent no heartbeat for 4\d s: it hangs/));
  expect(reasons.join()).not.toContain('0 tasks');
});

test('limits that nobody can tell are told as unknown', async () => {
  const told = await limitsHealth(clientWith(0), config);
  expect(told).toMatchObject({ name: 'limits', status: 'degraded', text: expect.stringMatching(/^unknown/) });
});
