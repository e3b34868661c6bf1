import { ServiceError, type Client } from '@temporalio/client';
import { loadConfig } from '../../../src/config/load-config';
import { accountHealth } from '../../../src/observability/trading-health';

const HEALTH = {
  tradingState: 'active',
  balancesAgeMs: 10_000,
  balancesAgeMaxMs: 120_000,
  blockedForMs: 0,
  pending: 0,
  overdue: [],
};

/** A server whose account answers so, and how often it is asked. */
function serverWith(assets: object, pending = 0) {
  const asked: string[] = [];
  const handle = {
    describe: async () => ({ status: { name: 'RUNNING' } }),
    query: async ({ name }: { readonly name: string }) => {
      asked.push(name);
      return name === 'health' ? { ...HEALTH, pending } : { assets };
    },
  };
  const client = { workflow: { getHandle: () => handle }, withDeadline: (_at: number, run: () => unknown) => run() };
  return { client: client as unknown as Client, asked };
}

const config = loadConfig({ env: {}, cwd: '/' });

test.each<[string, object, 'healthy' | 'degraded']>([
  ['none of the settle asset', { USDT: { total: '0' }, MNT: { total: '5' } }, 'degraded'],
  ['some of the settle asset, all of it in use', { USDT: { total: '0.1', free: '0' } }, 'healthy'],
  ['nothing that was reported yet', {}, 'healthy'],
])('an account with %s is told as it is', async (_name, assets, status) => {
  const { text, ...part } = await accountHealth(serverWith(assets).client, config);
  expect(part.status).toBe(status);
  expect(text.includes('0 USDT in the unified account; transfer from Funding')).toBe(status === 'degraded');
});

test('an account that holds funds for orders is not asked for its balances', async () => {
  const { client, asked } = serverWith({ USDT: { total: '0' } }, 1);
  expect((await accountHealth(client, config)).status).toBe('healthy');
  expect(asked).toEqual(['health']);
});

/** As the client wraps a call that nobody answered in time. */
function late(message: string): Error {
  const cause = Object.assign(new Error('4 DEADLINE_EXCEEDED: Deadline exceeded after 2.979s,LB pick: 0.000s'), {
    code: 4,
    details: '',
    metadata: {},
  });
  return new ServiceError(message, { cause });
}

test.each<[string, object, string]>([
  [
    'an engine that does not answer for it',
    { query: () => Promise.reject(late('Failed to query Workflow')) },
    'bybit: the trading engine did not answer within 3 s: it is busy or starting',
  ],
  [
    'a server that says nothing of it',
    { describe: () => Promise.reject(late('Failed to describe workflow')) },
    'bybit: the Temporal server did not answer within 3 s: it is busy or starting',
  ],
  [
    'an engine that is not there',
    {
      query: () =>
        Promise.reject(
          new ServiceError('Failed to query Workflow', {
            cause: Object.assign(new Error('9 FAILED_PRECONDITION: no poller'), { code: 9, details: '', metadata: {} }),
          }),
        ),
    },
    'bybit: the trading engine cannot be asked: no poller',
  ],
])('an account is told with who did not answer: %s', async (_who, broken, text) => {
  const handle = { describe: async () => ({ status: { name: 'RUNNING' } }), ...broken };
  const client = { workflow: { getHandle: () => handle }, withDeadline: (_at: number, run: () => unknown) => run() };
  const part = await accountHealth(client as unknown as Client, config);
  expect(part).toMatchObject({ status: 'unhealthy', text });
});
