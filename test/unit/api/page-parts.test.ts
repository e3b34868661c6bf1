/*
 * What the page's sections are read from: what one of them heard before is never shown as if another had read it just now.
 */
import { Registry } from 'prom-client';
import { readersOf } from '../../../src/api/page-parts';
import type { SystemHealth } from '../../../src/observability/health';
import { NO_POSITIONS } from './fake-positions';

const HALTED_MS = Date.UTC(2026, 10, 29, 12);

interface Account {
  status: string;
  reason: string;
  blockedBy?: string;
}

function bench() {
  const account: Account = { status: 'RUNNING', reason: 'the first', blockedBy: 'banned' };
  const answers: Readonly<Record<string, () => unknown>> = {
    balances: () => ({ venue: 'bybit', tradingState: 'halted', asOfMs: HALTED_MS, assets: {} }),
    usage: () => ({
      global: { used: 0, limit: 1, windowMs: 1_000 },
      endpoints: {},
      blockedUntilMs: Number.MAX_SAFE_INTEGER / 2,
    }),
    health: () => ({
      tradingState: 'halted',
      tradingStateReason: account.reason,
      tradingStateSetAtMs: HALTED_MS,
      blockedBy: account.blockedBy,
    }),
  };
  const handle = {
    describe: async () => ({ status: { name: account.status } }),
    query: async ({ name }: { readonly name: string }) => answers[name]?.(),
  };
  const client = {
    withDeadline: async (_atMs: number, work: () => Promise<unknown>) => work(),
    workflow: { getHandle: () => handle },
  };
  const risk = { equity: '1', asked: 0, isDown: false };
  const viewOf = (equity: string) => ({ equity, positionsAsOfMs: 0, positions: [], unprotected: [], rules: [] });
  const health = {
    read: async () =>
      ({
        details: [
          { name: 'positions', risk: viewOf('1') },
          { name: 'venue_account', account: answers['health']?.() },
        ],
      }) as unknown as SystemHealth,
  };
  const readers = readersOf({
    client: client as never,
    config: { dataDir: '/nowhere', venue: 'bybit', venues: { bybit: { environment: 'paper' } }, hooks: {} } as never,
    reader: health,
    reportOf: () => ({ status: 'healthy', components: {}, reasons: [], uptime: 1, version: '0' }),
    positions: {
      ...NO_POSITIONS.positions,
      risk: async () => {
        if (risk.isDown) throw new Error('no answer');
        return viewOf(risk.equity) as never;
      },
    },
    registry: new Registry(),
  });
  return { account, risk, readers };
}

/** Longer than sections share one answer. */
const later = () => jest.advanceTimersByTime(1_000);

beforeEach(() => void jest.useFakeTimers({ now: HALTED_MS }));
afterEach(() => void jest.useRealTimers());

test('risk is asked for whenever it is shown, whatever health heard before', async () => {
  const { risk, readers } = bench();
  await readers.health();
  risk.equity = '2';
  expect(await readers.risk()).toMatchObject({ equity: '2' });

  risk.isDown = true;
  await expect(readers.risk()).rejects.toThrow('no answer');
});

test('the risk of an account that was ended is not shown', async () => {
  const { account, readers } = bench();
  account.status = 'TERMINATED';
  await expect(readers.risk()).rejects.toThrow('No account of bybit runs');
});

test('the reason for a halt is that of this one, also where there was another one before', async () => {
  const { account, readers } = bench();
  await readers.health();
  expect(await readers.trading()).toMatchObject({ state: 'halted', reason: 'the first' });
  account.reason = 'the second';
  later();

  expect(await readers.trading()).toMatchObject({ state: 'halted', reason: 'the second' });
});

test('the reason for a ban is that of this one', async () => {
  const { account, readers } = bench();
  await readers.health();
  expect((await readers.limits()).ban).toMatchObject({ reason: 'The venue has banned us.' });
  account.blockedBy = 'limited';
  later();

  expect((await readers.limits()).ban).toMatchObject({ reason: 'The venue has told us that we ask too often.' });
});
