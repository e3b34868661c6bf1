/** A venue's account, with its ledger and its limiter, as a workflow: what they promise to callers holds while their runs replace each other. */
import { randomUUID } from 'node:crypto';
import { accountStatsQuery, balancesQuery, reservationsQuery, snapshotSignal } from '../../src/messages/venue-account';
import type { ReserveResult } from '../../src/domain/ledger/types';
import { acquireCommand, AMOUNT, commitCommand, reserveCommand } from '../support/account-commands';
import { AccountServer } from '../support/account-server';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';

/** Low, so that a test of seconds sees many runs. */
const CONTINUE_AS_NEW_EVENTS = 300;
/** What a burst of callers may add between the suggestion and the new run. */
const EVENTS_AFTER_SUGGESTION_MAX = 100;
const REQUESTS = 400;
const REPEATS = 3;
const CALLERS = 200;
/** Few, so that the batches are small and many. */
const BATCHED_CALLERS = 2;
const RUNS_MIN = 3;
/** Each holds all there is. More than one run's. */
const FILLS_TOLD = 60;

/** Each id several times, spread over the whole list. */
function repeated(ids: readonly string[]): readonly string[] {
  return Array.from({ length: REPEATS }, () => ids).flat();
}

describe('runs that replace each other under load', () => {
  let server: AccountServer;

  beforeAll(async () => {
    server = await AccountServer.start(true, { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS });
  }, SERVER_START_TIMEOUT_MS);

  afterAll(() => server.stop());

  async function expectShortRuns(venue: string): Promise<void> {
    const lengths = await server.lengthsOfContinuedRuns(venue);
    expect(lengths.length).toBeGreaterThanOrEqual(RUNS_MIN);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(CONTINUE_AS_NEW_EVENTS + EVENTS_AFTER_SUGGESTION_MAX);
  }

  test('the ledger loses no reservation, makes none twice, and answers a repeated request the same', async () => {
    const account = await server.startAccount();
    const ids = Array.from({ length: REQUESTS }, () => randomUUID());
    const replies = await Promise.all(
      repeated(ids).map(async (id) => [id, await server.reserve(account, reserveCommand(id))]),
    );
    const reservations = new Set(replies.map((reply) => JSON.stringify(reply).replace(/"isNew":\w+,?/, '')));
    expect(reservations.size).toBe(REQUESTS);
    expect(await server.handle(account).query(accountStatsQuery)).toMatchObject({ ledger: { reserved: REQUESTS } });
    const pending = await server.handle(account).query(reservationsQuery);
    expect(pending.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const { assets } = await server.handle(account).query(balancesQuery);
    expect(assets.USDT!.reserved).toBe(String(Number(AMOUNT) * REQUESTS));
    await expectShortRuns(account);
  });

  test('the ledger answers commands that come in batches once each', async () => {
    const account = await server.startAccount();
    const ids = Array.from({ length: REQUESTS }, () => randomUUID());
    const waiting = [...ids];
    const answers = new Map<string, ReserveResult>();
    const takeNext = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        answers.set(id, await server.reserveTogether(account, reserveCommand(id)));
      }
    };
    await Promise.all(Array.from({ length: BATCHED_CALLERS }, takeNext));
    const isOwn = ([id, answer]: [string, ReserveResult]) =>
      answer.status === 'reserved' && answer.isNew && answer.reservation.id === id;
    expect([...answers].filter(isOwn)).toHaveLength(REQUESTS);
    expect(await server.handle(account).query(accountStatsQuery)).toMatchObject({ ledger: { reserved: REQUESTS } });
    await expectShortRuns(account);
  });

  test('a fill that is only told is booked before all that is asked after it, whatever step or run it meets', async () => {
    const all = '1000';
    const account = await server.startAccount(all);
    let isOver = false;
    // As of another process: steps of the account are under way while it is told.
    const others = (async () => {
      while (!isOver) await server.acquire(account, acquireCommand(randomUUID()));
    })();
    for (let round = 0; round < FILLS_TOLD; round += 1) {
      const id = randomUUID();
      expect(await server.reserveTogether(account, reserveCommand(id, all))).toMatchObject({ status: 'reserved' });
      expect(await server.tellFill(account, commitCommand(id))).toBe(true);
      if (round % 2 === 0) continue;
      const { assets } = await server.handle(account).query(balancesQuery);
      expect(assets.USDT).toMatchObject({ free: all, reserved: '0' });
    }
    isOver = true;
    await others;
    const { ledger } = await server.handle(account).query(accountStatsQuery);
    expect(ledger).toMatchObject({ reserved: FILLS_TOLD, committed: FILLS_TOLD });
    expect((await server.lengthsOfContinuedRuns(account)).length).toBeGreaterThanOrEqual(1);
  });

  test('the ledger refuses a repeated request with the same words although funds have come since', async () => {
    const account = await server.startAccount('1');
    const refused = await server.reserve(account, reserveCommand('a', '2'));
    expect(refused).toMatchObject({ status: 'denied', denial: { code: 'INSUFFICIENT_FUNDS' } });
    const figures = { total: '10', available: '10', locked: '0' };
    await server.handle(account).signal(snapshotSignal, { asOfMs: Date.now() + 1, assets: { USDT: figures } });
    expect(await server.reserve(account, reserveCommand('a', '2'))).toEqual(refused);
    expect(await server.reserve(account, reserveCommand('b', '2'))).toMatchObject({
      status: 'reserved',
    });
  });

  test('the limiter books every request once and gives a repeated one the same permit', async () => {
    const account = await server.startAccount();
    const ids = Array.from({ length: REQUESTS }, () => randomUUID());
    const permits = await Promise.all(
      repeated(ids).map(async (id) => {
        const reply = await server.acquire(account, acquireCommand(id));
        return reply.status === 'granted' ? `${id} ${reply.notBeforeMs} ${reply.expiresAtMs}` : reply.message;
      }),
    );
    expect(new Set(permits).size).toBe(REQUESTS);
    const { limiter } = await server.handle(account).query(accountStatsQuery);
    expect(limiter.requestsTotal).toEqual({ order: REQUESTS });
    await expectShortRuns(account);
  });
});

describe.each([
  ['with the limits of temporal-config', true],
  ['with its default limits', false],
])('a server %s', (_name, productConfig) => {
  let server: AccountServer;

  beforeAll(async () => {
    server = await AccountServer.start(productConfig);
  }, SERVER_START_TIMEOUT_MS);

  afterAll(() => server.stop());

  test(`answers ${CALLERS} callers of one process at once`, async () => {
    const account = await server.startAccount();
    const ids = Array.from({ length: CALLERS }, () => randomUUID());
    const replies = await Promise.all(
      ids.flatMap((id) => [
        server.reserveTogether(account, reserveCommand(id)),
        server.acquireTogether(account, acquireCommand(id)),
      ]),
    );
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 'reserved')).toHaveLength(CALLERS);
    expect(statuses.filter((status) => status === 'granted')).toHaveLength(CALLERS);
  });
});
