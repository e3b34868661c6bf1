/** A release that changes a rule of the account: what was answered before it stays answered, whoever computes it again. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  type Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createWorker } from '../../src/temporal/worker';
import { ENTITIES_TASK_QUEUE, formerVenueAccountWorkflowId, venueAccountWorkflowId } from '../../src/messages/ids';
import {
  ACCOUNT_MOVES,
  balancesQuery,
  batchUpdate,
  commitSignal,
  moveAccountSignal,
  reservationsQuery,
  setTradingStateUpdate,
  snapshotSignal,
  VENUE_ACCOUNT_WORKFLOW_TYPE,
} from '../../src/messages/venue-account';
import { EntityCaller } from '../../src/trading/entity-caller';
import { VenueAccountClient } from '../../src/trading/venue-account-client';
import { queryPatiently } from '../../src/temporal/patient-query';
import { FormerAccountError, assertNoFormerAccount, moveFormerAccount } from '../../workers/former-account';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { waitFor } from '../../harness/wait-for';
import { bundleForReplay, replay } from '../replay/outcomes';
import { fetchHistory, runChain } from '../replay/recording';
import { AMOUNT, onPaper, reserveCommand, SETTINGS } from '../support/account-commands';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/** Long enough for an answer, if it gave one. */
const OLD_ENGINE_ALONE_MS = 3_000;
const PENDING = 20;
const TOTAL = '1000000';
const RESERVED = String(PENDING * Number(AMOUNT));

const STRICTER_WORKFLOWS = require.resolve('./fixtures/stricter-rules');

const FORMER_WORKFLOWS = require.resolve('./fixtures/former-rules');

type Bundle = WorkerOptions['workflowBundle'];

/** @returns undefined for the answer of an account that moves or tries to. @throws any other failure */
function forgiveMoves(error: unknown): undefined {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type === ACCOUNT_MOVES) return undefined;
  throw error;
}

let environment: TestWorkflowEnvironment;
let oldBundle: Bundle;
let stricterBundle: Bundle;
let formerBundle: Bundle;
let client: VenueAccountClient;

beforeAll(async () => {
  environment = await startTestServer();
  oldBundle = { codePath: WORKFLOW_BUNDLE_PATH };
  [stricterBundle, formerBundle] = await Promise.all([STRICTER_WORKFLOWS, FORMER_WORKFLOWS].map(bundleOf));
  const unexpected = () => Promise.reject(new Error('The account does not run.'));
  client = new VenueAccountClient(new EntityCaller(environment.client, 8, unexpected), 'paper');
}, SERVER_START_TIMEOUT_MS);

afterAll(() => environment.teardown());

function bundleOf(workflowsPath: string) {
  return bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [require.resolve('../../workflows/query-guard')],
    logger: new DefaultLogger('ERROR'),
  });
}

let engines: Engine[] = [];

/** A process that runs accounts. */
class Engine {
  private readonly running: Promise<void>;

  constructor(
    private readonly connection: NativeConnection,
    private readonly worker: Worker,
  ) {
    this.running = worker.run();
  }

  async stop(): Promise<void> {
    engines = engines.filter((engine) => engine !== this);
    this.worker.shutdown();
    await this.running;
    await this.connection.close();
  }
}

async function engineOf(workflowBundle: Bundle): Promise<Engine> {
  const { address, namespace } = environment;
  // One of its own: two workers of one queue cannot share a connection.
  const connection = await NativeConnection.connect({ address });
  const worker = await createWorker({ connection, namespace, taskQueue: ENTITIES_TASK_QUEUE, workflowBundle });
  const engine = new Engine(connection, worker);
  engines.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines) await engine.stop();
});

function handleOf(venue: string) {
  return environment.client.workflow.getHandle(venueAccountWorkflowId(onPaper(venue)));
}

/** The account as an older release started it, under an id without an environment. */
function formerOf(venue: string) {
  return environment.client.workflow.getHandle(formerVenueAccountWorkflowId(venue));
}

async function figuresOf(venue: string, handle = handleOf(venue)) {
  const { assets, tradingState } = await queryPatiently(handle, balancesQuery);
  const pending = await queryPatiently(handle, reservationsQuery);
  const { total, free, reserved } = assets.USDT!;
  return { tradingState, total, free, reserved, pending: pending.map(({ id }) => id).toSorted() };
}

const barredIdOf = (venue: string): string => `barred at ${venue}`;

/** An account that an old engine has run: reservations that are pending, and a signal that is barred. */
async function accountOfOldEngine(bundle = oldBundle): Promise<{ venue: string; ids: readonly string[] }> {
  const venue = randomUUID();
  const old = await engineOf(bundle);
  await environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
    workflowId: venueAccountWorkflowId(onPaper(venue)),
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [{ ...SETTINGS, venue }],
  });
  const figures = { total: TOTAL, available: TOTAL, locked: '0' };
  await handleOf(venue).signal(snapshotSignal, { asOfMs: Date.now(), assets: { USDT: figures } });
  await handleOf(venue).query(balancesQuery);
  const ids = Array.from({ length: PENDING }, () => randomUUID()).toSorted();
  for (const id of ids) {
    const answer = await client.request(venue, 'reserve', reserveCommand(id, AMOUNT));
    expect(answer).toMatchObject({ status: 'reserved', isNew: true });
  }
  const barred = await client.request(venue, 'withdraw', { requestId: randomUUID(), reservationId: barredIdOf(venue) });
  expect(barred).toMatchObject({ status: 'withdrawn' });
  await old.stop();
  return { venue, ids };
}

/** What the run that began under the old rules still answers ends it; the next request is answered under the new ones. */
async function underStricterRules(venue: string): Promise<void> {
  await client.request(venue, 'giveBack', { requestId: 'wakes the account' });
  const answer = await client.request(venue, 'reserve', reserveCommand(randomUUID(), AMOUNT));
  expect(answer).toMatchObject({ status: 'denied', denial: { message: 'Stricter rules.' } });
}

test('after the release every reservation is there, and only what is asked anew is judged by the new rules', async () => {
  const { venue, ids } = await accountOfOldEngine();
  const engine = await engineOf(stricterBundle);
  // The first step of the new engine still answers by the rules that the run began with.
  await handleOf(venue).executeUpdate(setTradingStateUpdate, {
    args: [{ requestId: randomUUID(), to: 'reducing', reason: 'a release' }],
  });
  expect(await figuresOf(venue)).toMatchObject({ tradingState: 'reducing', reserved: RESERVED, pending: ids });
  await handleOf(venue).executeUpdate(setTradingStateUpdate, {
    args: [{ requestId: randomUUID(), to: 'active', reason: 'released' }],
  });
  expect(await client.request(venue, 'reserve', reserveCommand(ids[0]!, AMOUNT))).toMatchObject({
    status: 'reserved',
    isNew: false,
  });
  expect(await client.request(venue, 'reserve', reserveCommand(randomUUID(), AMOUNT))).toMatchObject({
    status: 'denied',
    denial: { message: 'Stricter rules.' },
  });
  expect(await figuresOf(venue)).toMatchObject({ total: TOTAL, reserved: RESERVED, pending: ids });
  await engine.stop();

  const runs = await runChain(environment.client, venueAccountWorkflowId(onPaper(venue)));
  expect(runs).toHaveLength(2);
  const histories = await Promise.all(
    runs.map((runId) =>
      fetchHistory(environment.client, { name: runId, workflowId: venueAccountWorkflowId(onPaper(venue)), runId }),
    ),
  );
  const { errors, answers } = await replay(await bundleForReplay(STRICTER_WORKFLOWS), histories);
  expect(errors.map(([, error]) => error)).toEqual([undefined, undefined]);
  expect(answers.length).toBeGreaterThan(PENDING);
  expect(answers.filter(({ recorded, replayed }) => recorded !== replayed)).toEqual([]);
});

test('an old engine that still runs beside the new one answers nothing by old rules, and loses nothing', async () => {
  const { venue, ids } = await accountOfOldEngine();
  const engine = await engineOf(stricterBundle);
  await underStricterRules(venue);
  const old = await engineOf(oldBundle);
  const answers = [];
  for (let count = 0; count < PENDING; count += 1) {
    answers.push(await client.request(venue, 'reserve', reserveCommand(randomUUID(), AMOUNT)));
  }
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 'denied'));
  for (const id of ids) {
    const answer = await client.request(venue, 'release', {
      requestId: `${id}:release`,
      reservationId: id,
      reason: 'done',
    });
    expect(answer).toMatchObject({ status: 'ended' });
  }
  await old.stop();
  expect(await figuresOf(venue)).toMatchObject({ total: TOTAL, free: TOTAL, reserved: '0', pending: [] });
  await engine.stop();
}, 120_000);

test('an old engine alone leaves an account of newer rules alone', async () => {
  const { venue, ids } = await accountOfOldEngine();
  const engine = await engineOf(stricterBundle);
  await underStricterRules(venue);
  await engine.stop();
  const old = await engineOf(oldBundle);
  const request = client.request(venue, 'reserve', reserveCommand(randomUUID(), AMOUNT));
  const isAnswered = await Promise.race([request.then(() => true), delay(OLD_ENGINE_ALONE_MS, false)]);
  expect(isAnswered).toBe(false);
  await old.stop();
  await engineOf(stricterBundle);
  expect(await request).toMatchObject({ status: 'denied', denial: { message: 'Stricter rules.' } });
  expect(await figuresOf(venue)).toMatchObject({ total: TOTAL, reserved: RESERVED, pending: ids });
}, 120_000);

test('an account of the first rules goes on under those of today: the same funds, the same answers', async () => {
  const { venue, ids } = await accountOfOldEngine(formerBundle);
  const engine = await engineOf(oldBundle);
  const ofToday = { ...reserveCommand(randomUUID(), AMOUNT), expiresAtMs: 1 };
  await client.request(venue, 'giveBack', { requestId: 'wakes the account' });
  expect(await client.request(venue, 'reserve', ofToday)).toMatchObject({ denial: { code: 'SIGNAL_EXPIRED' } });
  expect(await figuresOf(venue)).toMatchObject({ total: TOTAL, reserved: RESERVED, pending: ids });
  expect(await client.request(venue, 'reserve', reserveCommand(barredIdOf(venue), AMOUNT))).toMatchObject({
    denial: { code: 'SIGNAL_ENDED' },
  });
  for (const id of ids) {
    expect(await client.request(venue, 'reserve', reserveCommand(id, AMOUNT))).toMatchObject({ isNew: false });
    const release = { requestId: `${id}:release`, reservationId: id, reason: 'done' };
    expect(await client.request(venue, 'release', release)).toMatchObject({ status: 'ended' });
  }
  expect(await figuresOf(venue)).toMatchObject({ total: TOTAL, free: TOTAL, reserved: '0', pending: [] });
  await engine.stop();
});

describe('an account of before environments travelled along', () => {
  /** As an older release left it: halted, with reservations that are pending and a signal that is barred. */
  async function leftBehind(bundle = oldBundle): Promise<{ venue: string; ids: readonly string[] }> {
    const venue = randomUUID();
    const old = await engineOf(bundle);
    const handle = await environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId: formerVenueAccountWorkflowId(venue),
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [{ ...SETTINGS, environment: undefined, venue }],
    });
    await handle.signal(snapshotSignal, {
      asOfMs: Date.now(),
      assets: { USDT: { total: TOTAL, available: TOTAL, locked: '0' } },
    });
    const ids = Array.from({ length: PENDING }, () => randomUUID()).toSorted();
    const reserve = ids.map((id) => ({ kind: 'reserve', command: reserveCommand(id, AMOUNT) }) as const);
    const barred = {
      kind: 'withdraw',
      command: { requestId: randomUUID(), reservationId: barredIdOf(venue) },
    } as const;
    await handle.executeUpdate(batchUpdate, { args: [[...reserve, barred]] });
    await old.stop();
    return { venue, ids };
  }

  test.each([
    ['of today', () => oldBundle],
    ['of the first rules', () => formerBundle],
  ])('%s hands over all that it holds, and answers nothing any more', async (_what, bundle) => {
    const { venue, ids } = await leftBehind(bundle());
    await expect(assertNoFormerAccount(environment.client, venue)).rejects.toThrow(FormerAccountError);
    const engine = await engineOf(oldBundle);
    expect(await moveFormerAccount(environment.client, onPaper(venue))).toBe(true);
    await assertNoFormerAccount(environment.client, venue);

    expect(await figuresOf(venue)).toMatchObject({ total: TOTAL, reserved: RESERVED, pending: ids });
    expect(await client.request(venue, 'reserve', reserveCommand(ids[0]!, AMOUNT))).toMatchObject({
      status: 'reserved',
      isNew: false,
    });
    expect(await client.request(venue, 'reserve', reserveCommand(barredIdOf(venue), AMOUNT))).toMatchObject({
      denial: { code: 'SIGNAL_ENDED' },
    });
    expect((await formerOf(venue).describe()).status.name).toBe('COMPLETED');
    expect(await moveFormerAccount(environment.client, onPaper(venue))).toBe(false);
    await engine.stop();
  });

  test('loses nothing that it was told while it moved, and answers no order in between', async () => {
    const { venue, ids } = await leftBehind();
    const engine = await engineOf(oldBundle);
    const told: string[] = [];
    const tell = async (): Promise<void> => {
      for (const id of ids) {
        const command = {
          requestId: `${id}:commit`,
          reservationId: id,
          amount: AMOUNT,
          executedAtMs: Date.now(),
          reason: 'filled',
        };
        // Who finds it gone hears so, and tells its successor.
        await formerOf(venue)
          .signal(commitSignal, command)
          .then(
            () => told.push(id),
            () => undefined,
          );
        await delay(1);
      }
    };
    const asked = formerOf(venue)
      .executeUpdate(setTradingStateUpdate, { args: [{ requestId: 'r', to: 'halted', reason: 'meanwhile' }] })
      .then(
        ({ status }) => status,
        () => 'not answered',
      );
    const [, moved, answer] = await Promise.all([tell(), moveFormerAccount(environment.client, onPaper(venue)), asked]);
    expect(moved).toBe(true);
    const { pending, tradingState } = await figuresOf(venue);
    expect(pending).toEqual(ids.filter((id) => !told.includes(id)));
    expect(tradingState).toBe(answer === 'set' ? 'halted' : 'active');
    await engine.stop();
  });

  test('moves once an engine runs, however often and however early it was told to', async () => {
    const { venue, ids } = await leftBehind();
    const move = (options = {}) => moveFormerAccount(environment.client, onPaper(venue), options);
    const engineWithoutWord = await engineOf(oldBundle);
    await expect(move({ isWaiting: true, timeoutMs: 200 })).rejects.toThrow(/did not move/);
    await engineWithoutWord.stop();
    await expect(move({ timeoutMs: 200 })).rejects.toThrow(/nothing is traded/);
    const engine = await engineOf(oldBundle);
    await Promise.all([move(), move()]);
    expect(await figuresOf(venue)).toMatchObject({ reserved: RESERVED, pending: ids });
    await engine.stop();
  });

  test('stays where it is beside another one under the new id, and nothing is traded', async () => {
    const { venue, ids } = await leftBehind();
    const { venue: stranger } = await leftBehind();
    const engine = await engineOf(oldBundle);
    await environment.client.workflow.start(VENUE_ACCOUNT_WORKFLOW_TYPE, {
      workflowId: venueAccountWorkflowId(onPaper(venue)),
      taskQueue: ENTITIES_TASK_QUEUE,
      args: [{ ...SETTINGS, venue }],
    });
    await expect(moveFormerAccount(environment.client, onPaper(venue))).rejects.toThrow(/two accounts/);
    await expect(assertNoFormerAccount(environment.client, venue)).rejects.toThrow(FormerAccountError);

    // Somebody else's word does not make it forget anything, either.
    await formerOf(venue).signal(moveAccountSignal, onPaper(venue));
    await formerOf(venue).signal(moveAccountSignal, onPaper(stranger));
    await formerOf(stranger).signal(moveAccountSignal, 'elsewhere' as never);
    for (const one of [venue, stranger]) {
      const release = { requestId: 'r', reservationId: 'nobody’s', reason: 'asks' };
      const ask = () => formerOf(one).executeUpdate(batchUpdate, { args: [[{ kind: 'release', command: release }]] });
      // While it tries to move it answers nobody.
      const answers = await waitFor('an answer', () => ask().catch(forgiveMoves), {
        intervalMs: 50,
        timeoutMs: 60_000,
      });
      expect(answers).toMatchObject([{ status: 'not_found' }]);
    }
    expect(await figuresOf(venue, formerOf(venue))).toMatchObject({ reserved: RESERVED, pending: ids });

    // A person ends the account that holds nothing, and starts again.
    const newId = venueAccountWorkflowId(onPaper(venue));
    await environment.client.workflow.getHandle(newId).terminate('it holds nothing');
    expect(await moveFormerAccount(environment.client, onPaper(venue))).toBe(true);
    expect(await figuresOf(venue)).toMatchObject({ reserved: RESERVED, pending: ids });
    await engine.stop();
  });
});
