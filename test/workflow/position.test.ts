/** A position's workflow on a real server; the venue, the exits' trades and the books are played. */
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { InjectedSinks, Worker } from '@temporalio/worker';
import { PositionWorkflows } from '../../src/positions/position-workflows';
import { createWorker } from '../../src/temporal/worker';
import type { ProtectionSettings } from '../../src/domain/protection/types';
import { ENTITIES_TASK_QUEUE, positionWorkflowId, SIGNALS_TASK_QUEUE, venueTaskQueue } from '../../src/messages/ids';
import {
  closePositionUpdate,
  FORMER_MEMO,
  POSITION_WORKFLOW_TYPE,
  positionReportSignal,
  protectPositionUpdate,
  TRADE_MEMO,
  type PositionView,
} from '../../src/messages/position';
import { WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import type { AnnouncementSinks } from '../../workflows/announcements';
import { onPaper } from '../support/account-commands';
import { eventually } from '../support/engine';
import { DESK_PROTECTION, DESK_VENUE, DeskPosition, missedTrade, PositionDesks } from '../support/position-desk';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/** Low, so that some reports make a new run. */
const CONTINUE_AS_NEW_EVENTS = 60;
const REPORTS_MAX = 200;

interface ByHand {
  readonly workflowId?: string;
  readonly retry?: { readonly maximumAttempts: number };
  readonly carried?: object;
}

let environment: TestWorkflowEnvironment;
let workers: Worker[];
let running: Promise<unknown>;
const desks = new PositionDesks();
const alerts: string[] = [];

beforeAll(async () => {
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS };
  environment = await startTestServer('default', { dynamicConfig });
  const { nativeConnection: connection, namespace } = environment;
  const workflowBundle = { codePath: WORKFLOW_BUNDLE_PATH };
  const nothing = { fn: () => undefined, callDuringReplay: false };
  const told = { fn: (_info: unknown, text: string) => void alerts.push(text), callDuringReplay: false };
  const announcements = { alert: told, reached: nothing, line: nothing, ended: nothing };
  const sinks: InjectedSinks<AnnouncementSinks> = { announcements };
  workers = await Promise.all([
    createWorker({ connection, namespace, workflowBundle, sinks, taskQueue: ENTITIES_TASK_QUEUE }),
    createWorker({
      connection,
      namespace,
      workflowBundle,
      sinks,
      taskQueue: SIGNALS_TASK_QUEUE,
      activities: desks.signalActivities,
    }),
    createWorker({
      connection,
      namespace,
      taskQueue: venueTaskQueue(onPaper(DESK_VENUE)),
      activities: desks.venueActivities,
    }),
  ]);
  running = Promise.all(workers.map((worker) => worker.run()));
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await running;
  await environment.teardown();
});

afterEach(() => {
  desks.fingerprints = (made) => made;
});

function positionOf(symbol: string, protection: Partial<ProtectionSettings> = {}): DeskPosition {
  return new DeskPosition(environment.client, desks.of(symbol), protection);
}

const CLOSE = { requestId: 'close-1', words: 'the test wants it', reason: 'OPERATOR' } as const;

describe('what follows from each answer of the venue to a lost stop', () => {
  test.each(['set', 'already'] as const)(
    '%s: once a report shows the stop, the position is protected',
    async (status) => {
      const position = positionOf(`STOP${status}`);
      const { desk } = position;
      desk.open();
      if (status === 'already') desk.answers.push('already');
      await position.tell();
      await eventually(async () => desk.changes.length > 0);
      if (status === 'already') desk.open({ stopLoss: '59976' });
      const view = await eventually(async () => {
        const now = await position.view();
        return now.state === 'PROTECTED' && now;
      });
      expect(view).toMatchObject({ stopSource: 'set', row: { stopLoss: '59976' } });
      expect(desk.changes).toMatchObject([{ stopLoss: '59976' }]);
      await position.handle.terminate();
    },
  );

  test.each(['unknown', 'rate_limited', 'rejected', 'no_position'] as const)(
    '%s: it is asked for again',
    async (status) => {
      const position = positionOf(`AGAIN${status}`);
      position.desk.open();
      position.desk.answers.push(status);
      await position.tell();
      await eventually(async () => (await position.view()).state === 'PROTECTED');
      expect(position.desk.changes.length).toBe(2);
      expect(position.desk.exits).toEqual([]);
      await position.handle.terminate();
    },
  );

  test('price_passed: the position is closed at once, booked, and the account hears of it', async () => {
    const position = positionOf('PASSED');
    position.desk.open();
    position.desk.answers.push('price_passed');
    await position.tell();
    const result = await position.handle.result();
    expect(result).toMatchObject({ state: 'BOOKED', exitRounds: 1, exitReason: 'EMERGENCY' });
    expect(position.desk.exits).toEqual([result.exitFingerprint]);
    expect(position.desk.closed).toEqual([expect.objectContaining({ symbol: 'PASSED', net: result.trade!.net })]);
    const { memo, searchAttributes } = await position.handle.describe();
    expect(memo).toMatchObject({ [TRADE_MEMO]: result.trade });
    expect(searchAttributes).toMatchObject({ TradeOutcome: [result.trade!.reason], TradeDirection: ['LONG'] });
  });
});

describe('exits', () => {
  test('an exit that exists already is followed, and not sent again', async () => {
    const position = positionOf('EXISTS');
    const { desk } = position;
    const fingerprint = 'f'.repeat(16);
    await environment.client.workflow.start('signal', {
      workflowId: fingerprint,
      taskQueue: 'nobody',
      args: [],
    });
    desks.fingerprints = () => fingerprint;
    desk.open({ stopLoss: '59976' });
    await position.tell();
    await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    await eventually(async () => (await position.view()).exitFingerprint === fingerprint);
    desks.exists(fingerprint, '0.5');
    desk.row = null;
    const result = await position.handle.result();
    expect(result).toMatchObject({ state: 'BOOKED', exitRounds: 1 });
    expect(desk.exits).toEqual([]);
  });

  test('while trading is halted, a person is refused in words and time closes nothing; afterwards it does', async () => {
    const position = positionOf('HALTED', { maxHoldingMinutes: 1 });
    const { desk } = position;
    desk.tradingState = 'halted';
    desk.open({ stopLoss: '59976', openedAtMs: Date.now() - 120_000 });
    await position.tell();
    const refused = await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    expect(refused).toMatchObject({ accepted: false, message: expect.stringContaining('halted') });
    expect(await position.view()).toMatchObject({ state: 'PROTECTED', exitRounds: 0, exitReason: 'TIME_LIMIT' });
    expect(alerts).toEqual(expect.arrayContaining([expect.stringMatching(/^HALTED: .*halted/)]));
    desk.tradingState = 'reducing';
    await position.tell();
    expect(await position.handle.result()).toMatchObject({ state: 'BOOKED', exitReason: 'TIME_LIMIT' });
    expect(desk.exits).toHaveLength(1);
  });

  test('a run that is continued while an exit is under way follows it, and starts no other', async () => {
    const position = positionOf('CONTINUED');
    const { desk } = position;
    let release = (): void => undefined;
    desk.beforeExit = () => new Promise((resolve) => (release = resolve));
    desk.open({ stopLoss: '59976' });
    await position.tell();
    const { runId } = await position.handle.describe();
    await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    await eventually(async () => (await position.view()).exitFingerprint !== undefined);
    const before = await position.view();
    for (let reports = 0; (await position.handle.describe()).runId === runId; reports += 1) {
      if (reports === REPORTS_MAX) throw new Error(`No new run within ${REPORTS_MAX} reports.`);
      await position.tell();
    }
    expect(await position.view()).toMatchObject({ state: 'EXITING', exitFingerprint: before.exitFingerprint });
    // The same request of a person, too, is known to the new run.
    const again = await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    expect(again).toMatchObject({ accepted: true, message: expect.stringContaining('will be closed') });
    release();
    const result = await position.handle.result();
    expect(result).toMatchObject({ state: 'BOOKED', exitRounds: 1 });
    expect(desk.exits).toEqual([before.exitFingerprint]);
  });
});

describe('the end of a position', () => {
  test('entries of its symbol are cancelled before the exit that a person asked for, and that is in its timeline', async () => {
    const position = positionOf('RESTING');
    const { desk } = position;
    let exitsThen: number | undefined;
    desks.cancelEntries = async () => {
      exitsThen = desk.exits.length;
      return { ended: 1, left: [] };
    };
    desk.open({ stopLoss: '59976' });
    await position.tell();
    await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    const { timeline } = await position.handle.result();
    desks.cancelEntries = async () => undefined;
    expect([exitsThen, desk.exits.length]).toEqual([0, 1]);
    expect(timeline.map(({ text }) => text)).toContain('Ended first: 1 of its entries that rested.');
  });

  test('one that opens while the former one is booked is taken over by a run of its own', async () => {
    const position = positionOf('TWICE');
    const { desk } = position;
    let release = (): void => undefined;
    const isBooking = new Promise<void>((started) => {
      desk.beforeBooking = () => {
        started();
        return new Promise((resolve) => (release = resolve));
      };
    });
    desk.open({ stopLoss: '59976' });
    await position.tell();
    const first = await position.handle.describe();
    await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    await isBooking;
    const openedAtMs = Date.now();
    desk.open({ stopLoss: '60500', entryPrice: '61000', openedAtMs, side: 'LONG' });
    await position.tell();
    desk.beforeBooking = async () => undefined;
    release();
    const view = await eventually(async () => {
      const now = await position.view();
      return now.state === 'PROTECTED' && now;
    });
    expect(view).toMatchObject({ row: { openedAtMs, stopLoss: '60500' }, exitRounds: 0, marks: [] });
    const former = await environment.client.workflow.getHandle(first.workflowId, first.runId).describe();
    expect(former.memo).toMatchObject({ [TRADE_MEMO]: { symbol: 'TWICE' } });
    const latter = await position.handle.describe();
    expect(latter.memo ?? {}).not.toHaveProperty(TRADE_MEMO);
    expect(latter.searchAttributes).not.toHaveProperty('TradeOutcome');
    await eventually(async () => desk.closed.length === 1);
    const workflows = new PositionWorkflows(environment.client, onPaper(DESK_VENUE));
    const { trades } = await eventually(async () => {
      const listed = await workflows.trades(1);
      return listed.trades.some(({ symbol }) => symbol === 'TWICE') && listed;
    });
    expect(trades.filter(({ symbol }) => symbol === 'TWICE')).toHaveLength(1);
    await position.handle.terminate();
  });

  test('others of ours that no report showed are booked with it: the account hears of the oldest first, and all are listed', async () => {
    const position = positionOf('BESIDE');
    const { desk } = position;
    desk.open({ stopLoss: '59976' });
    const { openedAtMs } = desk.row!;
    await position.tell();
    const after = { openedAtMs: openedAtMs + 60_000, closedAtMs: openedAtMs + 61_000, openedBy: ['a'.repeat(16)] };
    desk.missed = [missedTrade('BESIDE'), missedTrade('BESIDE', after)];
    await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    const { trade, timeline } = await position.handle.result();
    expect(trade).toMatchObject({ openedAtMs });
    expect(timeline.filter(({ text }) => text.startsWith('Booked, too: SHORT 0.5'))).toHaveLength(2);
    const opened = [desk.missed[0]!.openedAtMs, openedAtMs, after.openedAtMs];
    expect(desk.closed.map((closed) => closed.openedAtMs)).toEqual(opened);
    const workflows = new PositionWorkflows(environment.client, onPaper(DESK_VENUE));
    const listed = await eventually(async () => {
      const { trades } = await workflows.trades(1);
      const ours = trades.filter(({ symbol }) => symbol === 'BESIDE');
      return ours.length > 0 && ours;
    });
    expect(listed.map((one) => one.openedAtMs)).toEqual(opened);

    // The entry of the newest of them is told once more: nothing is left to look after.
    const { runId } = await position.handle.describe();
    const opener = { ...desk.openers[0]!, fingerprint: 'a'.repeat(16), filledAtMs: after.openedAtMs };
    await position.tell({ ...desk.report(), asOfMs: Date.now(), row: null, openers: [opener] });
    expect((await position.handle.describe()).runId).toBe(runId);
  });

  test('what is told late of one that is booked starts no run; a run that is started all the same ends without a word', async () => {
    const position = positionOf('LATE');
    const { desk } = position;
    desk.open({ stopLoss: '59976' });
    const late = desk.report();
    await position.tell();
    await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
    const { trade } = await position.handle.result();
    const { workflowId, runId } = await position.handle.describe();
    await position.tell({ ...late, asOfMs: Date.now() });
    await position.tell({ ...late, asOfMs: Date.now(), row: null });
    expect((await position.handle.describe()).runId).toBe(runId);

    const former = { ...trade!, signals: trade!.openedBy };
    const ghost = await environment.client.workflow.signalWithStart(POSITION_WORKFLOW_TYPE, {
      workflowId,
      taskQueue: ENTITIES_TASK_QUEUE,
      memo: { [FORMER_MEMO]: former },
      args: [{ ...onPaper(DESK_VENUE), symbol: 'LATE', protection: DESK_PROTECTION, foreign: 'alert' }],
      signal: positionReportSignal,
      signalArgs: [{ ...late, asOfMs: Date.now() }],
    });
    const nothing = (await ghost.result()) as PositionView;
    expect(nothing).toMatchObject({ state: 'BOOKED', timeline: [] });
    expect(nothing.trade).toBeUndefined();
    const { memo, searchAttributes } = await ghost.describe();
    expect(memo).not.toHaveProperty(TRADE_MEMO);
    expect(searchAttributes).toMatchObject({ TradeOutcome: ['NONE'] });
    expect(desk.closed).toHaveLength(1);

    desk.open({ stopLoss: '59976', openedAtMs: Date.now() });
    await position.tell();
    await eventually(async () => (await position.view()).state === 'PROTECTED');
    await position.handle.terminate();
  });

  test('one that the venue closed itself is flat once two answers of the venue miss it', async () => {
    const position = positionOf('STOPPED');
    position.desk.open({ stopLoss: '59976' });
    await position.tell();
    position.desk.row = null;
    await position.tell();
    const { timeline, ...end } = await position.handle.result();
    expect(end).toMatchObject({ state: 'BOOKED', exitRounds: 0 });
    expect(timeline.map(({ text }) => text)).toContain('The venue shows no position; it is asked again.');
  });
});

test('a venue that refuses our key tells nothing for a while; then the position is protected, closed and booked', async () => {
  const position = positionOf('KEYLESS');
  const { desk } = position;
  desk.open();
  desk.answers.push('no_position');
  desks.isKeyRefused = true;
  await position.tell();
  await eventually(async () => desks.refusals > 0);
  desks.isKeyRefused = false;
  await eventually(async () => (await position.view()).state === 'PROTECTED');
  let booked = 0;
  desk.beforeBooking = async () => {
    booked += 1;
    if (booked <= 2) throw ApplicationFailure.nonRetryable('API key is invalid.', 'FATAL');
  };
  await position.handle.executeUpdate(closePositionUpdate, { args: [CLOSE] });
  expect(await position.handle.result()).toMatchObject({ state: 'BOOKED' });
  expect(booked).toBe(3);
  expect(alerts.filter((text) => text.startsWith('KEYLESS') && text.includes('booked'))).toEqual([]);
});

test.each([
  ['under another id', { workflowId: 'position:by-hand' }],
  ['under the id of another symbol', { workflowId: positionWorkflowId({ venue: DESK_VENUE }, 'OTHER') }],
  ['with a retry policy', { retry: { maximumAttempts: 1 } }],
  ['with the memory of a run that it never had', { carried: { untold: [] } }],
])('a position that is started by hand %s ends, and a person hears of it', async (_, { carried, ...made }: ByHand) => {
  const { handle, desk } = positionOf('BYHAND');
  const input = { ...onPaper(DESK_VENUE), symbol: 'BYHAND', protection: DESK_PROTECTION, foreign: 'protect' };
  const before = alerts.length;
  const run = environment.client.workflow.execute(POSITION_WORKFLOW_TYPE, {
    workflowId: handle.workflowId,
    taskQueue: ENTITIES_TASK_QUEUE,
    ...made,
    args: [input, ...(carried ? [carried] : [])],
  });
  await expect(run).rejects.toMatchObject({ cause: { type: 'POSITION_NOT_GENUINE' } });
  expect(alerts.length).toBeGreaterThan(before);
  expect(desk.changes).toEqual([]);
});

test('one that is started by hand with rules of its own is kept by those of the process that trades', async () => {
  const position = positionOf('OWNRULES');
  const { handle, desk } = position;
  desk.open({ stopLoss: '59976', openedAtMs: Date.now() - 120_000 });
  const protection = { ...DESK_PROTECTION, maxHoldingMinutes: 1 };
  const input = { ...onPaper(DESK_VENUE), symbol: 'OWNRULES', protection, foreign: 'alert' };
  const { workflowId } = handle;
  await environment.client.workflow.start(POSITION_WORKFLOW_TYPE, {
    workflowId,
    taskQueue: ENTITIES_TASK_QUEUE,
    args: [input],
  });
  await position.tell();
  const view = await eventually(async () => {
    const now = await position.view();
    return now.row && now;
  });
  expect(view).toMatchObject({ state: 'PROTECTED', exitRounds: 0 });
  expect(view.closesAtMs).toBeUndefined();
  await handle.terminate();
});

test('messages that make no sense change nothing', async () => {
  const position = positionOf('NONSENSE');
  position.desk.open({ stopLoss: '59976' });
  await position.tell();
  const before = await position.view();
  for (const nonsense of [
    undefined,
    null,
    7,
    {},
    { asOfMs: 'now' },
    { ...position.desk.report(), row: { size: {} } },
  ]) {
    await position.handle.signal(positionReportSignal, nonsense as never);
  }
  const refused = position.handle.executeUpdate(protectPositionUpdate, { args: [{ requestId: 7 } as never] });
  await expect(refused).rejects.toThrow(WorkflowUpdateFailedError);
  const wrong = { requestId: 'a', words: 'too near', stopLoss: '70000' };
  const reply = await position.handle.executeUpdate(protectPositionUpdate, { args: [wrong] });
  expect(reply).toMatchObject({ accepted: false, message: expect.stringContaining('70000') });
  expect(await position.view()).toEqual(before);
  await position.handle.terminate();
});
