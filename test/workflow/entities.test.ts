/** A venue's account, with its ledger and its limiter, as a workflow: what they promise to callers holds while their runs replace each other. */
import { randomUUID } from 'node:crypto';
import { RawValue, type UpdateDefinition } from '@temporalio/common';
import { defineUpdate } from '@temporalio/workflow';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { ReserveCommand, ReserveResult } from '../../src/domain/ledger/types';
import type { AcquireCommand } from '../../src/domain/limiter/types';
import { ENTITIES_TASK_QUEUE, venueAccountWorkflowId } from '../../src/messages/ids';
import {
  accountStatsQuery,
  balancesQuery,
  BATCH_REQUESTS_MAX,
  batchUpdate,
  reservationsQuery,
  setTradingStateUpdate,
  snapshotSignal,
  usageQuery,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
  type AccountRequestKind,
  type AcquireReply,
} from '../../src/messages/venue-account';
import { EntityCaller } from '../../src/trading/entity-caller';
import { VenueAccountClient } from '../../src/trading/venue-account-client';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { INVALID_COMMAND } from '../../workflows/reject';
import { reserveCommand as reserveOf, SETTINGS } from '../support/account-commands';
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
/** Far more levels than a stack has room for. */
const DEPTH = 20_000;

function reserveCommand(requestId: string, amount = AMOUNT): ReserveCommand {
  return reserveOf(requestId, amount);
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
  private readonly together: VenueAccountClient;

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    private readonly worker: Worker,
    private readonly running: Promise<void>,
  ) {
    const unexpected = () => Promise.reject(new Error('The entity does not run.'));
    this.callers = new EntityCaller(environment.client, CALLS_MAX, unexpected);
    this.together = new VenueAccountClient(this.callers);
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

  reserve(venue: string, command: ReserveCommand): Promise<ReserveResult> {
    return this.alone().request(venue, 'reserve', command);
  }

  acquire(venue: string, command: AcquireCommand): Promise<AcquireReply> {
    return this.alone().request(venue, 'acquire', command);
  }

  /** Whose requests travel in batches of their own: many of them make a long history. */
  private alone(): VenueAccountClient {
    return new VenueAccountClient(this.callers);
  }

  /** As the product does it: together with whatever else is asked for at the same time. */
  reserveTogether(venue: string, command: ReserveCommand): Promise<ReserveResult> {
    return this.together.request(venue, 'reserve', command);
  }

  acquireTogether(venue: string, command: AcquireCommand): Promise<AcquireReply> {
    return this.together.request(venue, 'acquire', command);
  }

  /** Whatever it holds. */
  send<Result, Content>(venue: string, update: UpdateDefinition<Result, [Content]>, content: unknown): Promise<Result> {
    return this.callers.update(venueAccountWorkflowId(venue), update, content as Content);
  }

  handle(venue: string, runId?: string) {
    return this.environment.client.workflow.getHandle(venueAccountWorkflowId(venue), runId);
  }

  /** Nobody serves the venue's queue here: balances come by signal. @returns the account's venue */
  async startAccount(total = '1000000'): Promise<string> {
    const venue = randomUUID();
    const handle = await this.environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId: venueAccountWorkflowId(venue),
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [SETTINGS],
    });
    const figures = { total, available: total, locked: '0' };
    await handle.signal(snapshotSignal, { asOfMs: Date.now(), assets: { USDT: figures } });
    // In a run's very first step, requests are answered before reports are read.
    await handle.query(balancesQuery);
    return venue;
  }

  /** Events of every run that ended in a new one. */
  async lengthsOfContinuedRuns(venue: string): Promise<readonly number[]> {
    const lengths: number[] = [];
    let runId: string | undefined = (await this.handle(venue).describe()).runId;
    for (;;) {
      const { events } = await this.handle(venue, runId).fetchHistory();
      runId = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
      if (runId === undefined) return lengths;
      lengths.push((await this.handle(venue, runId).describe()).historyLength);
    }
  }
}

describe('runs that replace each other under load', () => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.start(true, { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS });
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

  /** JSON that cannot be made a text or a number of. */
  const SHAPELESS = { toString: 1, valueOf: 1 };
  const MALFORMED = [
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { requestId: null, amount: NaN, limits: { global: 'x' } },
    { requestId: 'a', endpoint: 'order', weight: SHAPELESS, reservationId: SHAPELESS, kind: SHAPELESS },
    { kind: 'banned', endpoint: SHAPELESS, observedAtMs: 1, resumeAtMs: SHAPELESS, asOfMs: SHAPELESS },
    { venue: 'nowhere', updateIntervalMs: 1, snapshotLagMs: SHAPELESS, limits: { endpoints: {} }, to: SHAPELESS },
  ];
  const ALL_KINDS: Record<AccountRequestKind, true> = {
    reserve: true,
    release: true,
    commit: true,
    withdraw: true,
    acquire: true,
    giveBack: true,
  };

  async function expectAnswered(venue: string): Promise<void> {
    expect(await server.reserve(venue, reserveCommand('a'))).toMatchObject({ status: 'reserved' });
    expect(await server.acquire(venue, acquireCommand('b'))).toMatchObject({ status: 'granted' });
  }

  async function expectNothingHeld(venue: string): Promise<void> {
    const handle = server.handle(venue);
    expect(await handle.query(reservationsQuery)).toEqual([]);
    expect(await handle.query(balancesQuery)).toMatchObject({ assets: { USDT: { free: '10', reserved: '0' } } });
    expect(await handle.query(usageQuery)).toMatchObject({ global: { used: 0 }, blockedUntilMs: 0 });
  }

  /** Whoever sends them, and however often, they must not fill a run: that would end in a new one, and be work. */
  async function expectRejectedWithoutHistory<Result, Content>(
    venue: string,
    update: UpdateDefinition<Result, [Content]>,
    contents: readonly unknown[],
    failure: object,
  ): Promise<void> {
    const handle = server.handle(venue);
    // The run's own first steps are over once it answers.
    await handle.query('stats');
    const { historyLength } = await handle.describe();
    for (const content of contents) {
      await expect(server.send(venue, update, content)).rejects.toMatchObject({ cause: failure });
    }
    expect((await handle.describe()).historyLength).toBe(historyLength);
  }

  /** JSON that a parser takes and nobody can unfold; the client's own converter cannot write it. */
  const DEEP = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;
  function raw(json: string): RawValue {
    return RawValue.fromPayload({
      metadata: { encoding: new TextEncoder().encode('json/plain') },
      data: new TextEncoder().encode(json),
    });
  }

  test.each([
    ['snapshot', `{"asOfMs":1,"assets":{"USDT":{"total":${DEEP},"available":"1","locked":"0"}}}`],
    ['acknowledge', `{"reservationId":${DEEP},"lockedAmount":${DEEP},"placedAtMs":${DEEP}}`],
    ['commit', `{"reservationId":${DEEP},"amount":${DEEP}}`],
    ['configure', `{"venue":"nowhere","updateIntervalMs":1,"snapshotLagMs":0,"limits":{"endpoints":${DEEP}}}`],
    ['configure', JSON.stringify(SETTINGS).replace('"limits":{', `"limits":{"deep":${DEEP},`)],
    ['feedback', `{"kind":"banned","endpoint":${DEEP},"observedAtMs":${DEEP}}`],
  ])('the signal %s, however deep', async (name, json) => {
    const venue = await server.startAccount('10');
    await server.handle(venue).signal(name, raw(json));
    await expectAnswered(venue);
  });

  test('a batch, however deep', async () => {
    const venue = await server.startAccount('10');
    const commands = [
      `{"requestId":"x","reservationId":"x","asset":"USDT","amount":${DEEP},"intent":${DEEP},"purpose":"p","metadata":{"a":${DEEP}}}`,
      `{"requestId":"x","reservationId":"x","asset":"USDT","amount":"1","intent":"entry","purpose":"p","metadata":{},"more":${DEEP}}`,
      `{"requestId":"x","endpoint":"order","weight":${DEEP},"intent":${DEEP}}`,
    ];
    const kinds = [...Object.keys(ALL_KINDS).map((kind) => `"${kind}"`), DEEP];
    const requests = kinds.flatMap((kind) => commands.map((command) => `{"kind":${kind},"command":${command}}`));
    const answers = await server.send(venue, batchUpdate, raw(`[${requests.join(',')}]`));
    expect(answers).toHaveLength(requests.length);
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });

  test.each(['commit', 'acknowledge', 'snapshot', 'configure', 'refresh', 'feedback'])(
    'the signal %s',
    async (name) => {
      const venue = await server.startAccount('10');
      for (const content of MALFORMED) await server.handle(venue).signal(name, content);
      await expectAnswered(venue);
    },
  );

  test('the update setTradingState', async () => {
    const venue = await server.startAccount('10');
    await expectRejectedWithoutHistory(venue, setTradingStateUpdate, MALFORMED, { type: INVALID_COMMAND });
    await expectAnswered(venue);
  });

  test.each(Object.keys(ALL_KINDS))('the request %s', async (kind) => {
    const venue = await server.startAccount('10');
    const answers = await server.send(
      venue,
      batchUpdate,
      MALFORMED.map((command) => ({ kind, command })),
    );
    const refusals = ['invalid', 'denied', 'refused', 'not_found'];
    expect(answers).toHaveLength(MALFORMED.length);
    expect(answers.filter(({ status }) => !refusals.includes(status))).toEqual([]);
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });

  test('a request of no kind', async () => {
    const venue = await server.startAccount('10');
    const answers = await server.send(venue, batchUpdate, [...MALFORMED, { kind: 'constructor', command: null }]);
    expect(answers).toHaveLength(MALFORMED.length + 1);
    expect(answers.filter(({ status }) => status !== 'invalid')).toEqual([]);
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });

  test('a batch that is none, or too long, is refused and leaves no history', async () => {
    const venue = await server.startAccount('10');
    const requests = Array.from({ length: BATCH_REQUESTS_MAX + 1 }, () => ({ kind: 'acquire', command: null }));
    await expectRejectedWithoutHistory(venue, batchUpdate, [requests, null, {}, 'text'], { type: INVALID_COMMAND });
    await expectAnswered(venue);
  });

  test('a request outside of a batch is refused and leaves no history', async () => {
    const venue = await server.startAccount('10');
    const reserve = defineUpdate<ReserveResult, [ReserveCommand]>('reserve');
    const message = expect.stringContaining('reserve');
    await expectRejectedWithoutHistory(venue, reserve, [reserveCommand('a'), null], { message });
    await expectNothingHeld(venue);
    await expectAnswered(venue);
  });
});
