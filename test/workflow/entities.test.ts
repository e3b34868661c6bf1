/** A venue's account, with its ledger and its limiter, as a workflow: what they promise to callers holds while their runs replace each other. */
import { randomUUID } from 'node:crypto';
import type { UpdateDefinition } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { EntityCaller } from '../../src/trading/entity-caller';
import type { ReserveCommand, ReserveResult } from '../../src/domain/ledger/types';
import type { AcquireCommand } from '../../src/domain/rate-window/types';
import {
  balancesQuery,
  releaseUpdate,
  reservationsQuery,
  reserveUpdate,
  setTradingStateUpdate,
  snapshotSignal,
} from '../../src/messages/balance-ledger';
import { BATCH_REQUESTS_MAX, batchUpdate, type EntityRequest } from '../../src/messages/entity-batch';
import { ENTITIES_TASK_QUEUE } from '../../src/messages/ids';
import { acquireUpdate, type AcquireReply } from '../../src/messages/rate-limiter';
import {
  accountStatsQuery,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
  type VenueAccountSettings,
} from '../../src/messages/venue-account';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { INVALID_COMMAND } from '../../workflows/reject';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/** Low, so that a test of seconds sees many runs. */
const CONTINUE_AS_NEW_EVENTS = 300;
/** What a burst of callers may add between the suggestion and the new run. */
const EVENTS_AFTER_SUGGESTION_MAX = 100;
const CALLS_MAX = 8;
const REQUESTS = 400;
const REPEATS = 3;
const CALLERS = 200;
/** Few, so that the batches are small and many. */
const BATCHED_CALLERS = 2;
const RUNS_MIN = 3;
const AMOUNT = '1.5';

const SETTINGS: VenueAccountSettings = {
  venue: 'nowhere',
  updateIntervalMs: 3_600_000,
  snapshotLagMs: 0,
  limits: {
    global: { limit: 100_000, windowMs: 60_000, weight: 1 },
    endpoints: { order: { limit: 100_000, windowMs: 60_000, weight: 2 } },
    safetyMargin: 0.9,
    exitSafetyMargin: 0.95,
    permitValidityMs: 2_000,
  },
};

function reserveCommand(requestId: string, amount = AMOUNT): ReserveCommand {
  return {
    requestId,
    reservationId: requestId,
    asset: 'USDT',
    amount,
    intent: 'entry',
    purpose: 'a test',
    metadata: {},
  };
}

function acquireCommand(requestId: string): AcquireCommand {
  return { requestId, endpoint: 'order', intent: 'entry' };
}

/** Each id several times, spread over the whole list. */
function repeated(ids: readonly string[]): readonly string[] {
  return Array.from({ length: REPEATS }, () => ids).flat();
}

class Server {
  private readonly callers: EntityCaller;

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    private readonly worker: Worker,
    private readonly running: Promise<void>,
  ) {
    const unexpected = () => Promise.reject(new Error('The entity does not run.'));
    this.callers = new EntityCaller(environment.client, CALLS_MAX, unexpected);
  }

  static async start(productConfig: boolean, dynamicConfig: Record<string, number> = {}): Promise<Server> {
    const environment = await startTestServer('default', { productConfig, dynamicConfig });
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      namespace: environment.namespace,
      taskQueue: ENTITIES_TASK_QUEUE,
      workflowBundle: { codePath: WORKFLOW_BUNDLE_PATH },
    });
    return new Server(environment, worker, worker.run());
  }

  async stop(): Promise<void> {
    this.worker.shutdown();
    await this.running;
    await this.environment.teardown();
  }

  reserve(account: string, command: ReserveCommand): Promise<ReserveResult> {
    return this.callers.update(account, reserveUpdate, command.requestId, command);
  }

  acquire(account: string, command: AcquireCommand): Promise<AcquireReply> {
    return this.callers.update(account, acquireUpdate, command.requestId, command);
  }

  /** As the product does it: together with whatever else is asked for at the same time. */
  reserveTogether(account: string, command: ReserveCommand): Promise<ReserveResult> {
    return this.callers.request(account, { kind: 'reserve', command });
  }

  acquireTogether(account: string, command: AcquireCommand): Promise<AcquireReply> {
    return this.callers.request(account, { kind: 'acquire', command });
  }

  /** Whatever the command holds. */
  send<Result, Command>(
    workflowId: string,
    update: UpdateDefinition<Result, [Command]>,
    command: Command,
  ): Promise<Result> {
    return this.callers.update(workflowId, update, randomUUID(), command);
  }

  handle(workflowId: string) {
    return this.environment.client.workflow.getHandle(workflowId);
  }

  /** Nobody serves the venue's queue here: balances come by signal. */
  async startAccount(total = '1000000'): Promise<string> {
    const handle = await this.environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId: `venue-account:${randomUUID()}`,
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [SETTINGS],
    });
    const figures = { total, available: total, locked: '0' };
    await handle.signal(snapshotSignal, { asOfMs: Date.now(), assets: { USDT: figures } });
    // In a run's very first step, requests are answered before reports are read.
    await handle.query(balancesQuery);
    return handle.workflowId;
  }

  /** Events of every run that ended in a new one. */
  async lengthsOfContinuedRuns(workflowId: string): Promise<readonly number[]> {
    const lengths: number[] = [];
    let runId: string | undefined = (await this.handle(workflowId).describe()).runId;
    for (;;) {
      const { events } = await this.environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
      runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      if (runId === undefined) return lengths;
      lengths.push((await this.environment.client.workflow.getHandle(workflowId, runId).describe()).historyLength);
    }
  }
}

describe('runs that replace each other under load', () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start(true, { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS });
  }, SERVER_START_TIMEOUT_MS);

  afterAll(() => server.stop());

  async function expectShortRuns(workflowId: string): Promise<void> {
    const lengths = await server.lengthsOfContinuedRuns(workflowId);
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
  let server: Server;

  beforeAll(async () => {
    server = await Server.start(productConfig);
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

/** A person with the command line can send anything; whatever it is, the next command must be answered. */
describe('a malformed command does not block', () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start(true);
  }, SERVER_START_TIMEOUT_MS);

  afterAll(() => server.stop());

  const MALFORMED = [undefined, null, 7, 'text', [], {}, { requestId: null, amount: NaN, limits: { global: 'x' } }];

  /** Whoever sends them, and however often, they must not fill a run: that would end in a new one, and be work. */
  async function expectRejectedWithoutHistory<Result, Command>(
    workflowId: string,
    update: UpdateDefinition<Result, [Command]>,
  ): Promise<void> {
    const lengthOf = async () => (await server.handle(workflowId).describe()).historyLength;
    // The run's own first steps are over once it answers.
    await server.handle(workflowId).query('stats');
    const lengthBefore = await lengthOf();
    for (const content of MALFORMED) {
      const sent = server.send(workflowId, update, content as never);
      await expect(sent).rejects.toMatchObject({ cause: { type: INVALID_COMMAND } });
    }
    expect(await lengthOf()).toBe(lengthBefore);
  }

  test.each(['commit', 'acknowledge', 'snapshot', 'configure', 'refresh'])('the ledger: signal %s', async (name) => {
    const account = await server.startAccount('10');
    for (const content of MALFORMED) await server.handle(account).signal(name, content);
    expect(await server.reserve(account, reserveCommand('a'))).toMatchObject({
      status: 'reserved',
    });
  });

  test.each([reserveUpdate, releaseUpdate, setTradingStateUpdate])('the ledger: update $name', async (update) => {
    const account = await server.startAccount('10');
    await expectRejectedWithoutHistory(account, update as typeof reserveUpdate);
    expect(await server.reserve(account, reserveCommand('a'))).toMatchObject({
      status: 'reserved',
    });
  });

  test.each(['feedback', 'configure'])('the limiter: signal %s', async (name) => {
    const account = await server.startAccount();
    for (const content of MALFORMED) await server.handle(account).signal(name, content);
    expect(await server.acquire(account, acquireCommand('a'))).toMatchObject({
      status: 'granted',
    });
  });

  test('the batches', async () => {
    const account = await server.startAccount();
    const answers = await server.send(account, batchUpdate, [
      ...MALFORMED.map((command) => ({ kind: 'reserve', command })),
      ...MALFORMED.map((command) => ({ kind: 'acquire', command })),
      ...(MALFORMED as EntityRequest[]),
    ]);
    expect(answers).toHaveLength(3 * MALFORMED.length);
    const statuses = answers.map((answer) => (answer as { status: string }).status);
    expect(statuses.filter((status) => !['invalid', 'denied', 'refused'].includes(status))).toEqual([]);
  });

  test('a batch beyond its bound is refused, and leaves no history', async () => {
    const handle = server.handle(await server.startAccount());
    await handle.query('stats');
    const { historyLength } = await handle.describe();
    const requests = Array.from({ length: BATCH_REQUESTS_MAX + 1 }, () => ({ kind: 'acquire', command: null }));
    for (const content of [requests, null, {}, 'text'] as (typeof requests)[]) {
      await expect(handle.executeUpdate(batchUpdate, { args: [content] })).rejects.toMatchObject({
        cause: { type: 'INVALID_COMMAND' },
      });
    }
    expect((await handle.describe()).historyLength).toBe(historyLength);
  });

  test('the limiter: update acquire', async () => {
    const account = await server.startAccount();
    await expectRejectedWithoutHistory(account, acquireUpdate);
    expect(await server.acquire(account, acquireCommand('a'))).toMatchObject({
      status: 'granted',
    });
  });
});
