/** Intake over a scripted server: what it starts, what it tells apart, and which workflow it asks. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { TRUSTED_STORE } from '../../../harness/trusted-store';
import { loadConfig } from '../../../src/config/load-config';
import type { TradingSignal } from '../../../src/domain/signal';
import type { SignalView } from '../../../src/domain/signal-view';
import { fingerprintOf } from '../../../src/intake/fingerprint';
import { createSignalIntake } from '../../../src/intake/signal-intake';
import type { IntakeResult, SignalIntake } from '../../../src/intake/types';
import { orphanWorkflowId } from '../../../src/messages/ids';
import { CANCEL_MESSAGES, type SettleReply, type SignalWorkflowInput } from '../../../src/messages/signal';
import { OtherStoreError, ServerUnavailableError } from '../../../src/temporal/errors';
import { VENUE_DEFINITIONS } from '../../../src/venues/definitions';
import { ScriptedServer, type ScriptedWorkflow } from './scripted-server';

let server: ScriptedServer;
let intake: SignalIntake;
let signal: TradingSignal;

function open(settings: Readonly<Record<string, unknown>> = {}): SignalIntake {
  const flags = Object.entries(settings).map(([path, value]) => ({ flag: 'test', path, value }));
  const config = loadConfig({ env: {}, cwd: '/', flags: flags as never });
  return createSignalIntake({ client: server.client, config, store: TRUSTED_STORE });
}

function viewOf(taken: TradingSignal, detail = ''): SignalView {
  const fingerprint = fingerprintOf(taken);
  return { fingerprint, venue: 'bybit', signal: taken, state: 'WORKING', detail, sendAttempts: 1, timeline: [] };
}

/** Lets another process's signal be there, as the server has it. */
async function takenElsewhere(taken: TradingSignal): Promise<void> {
  await open().submit(taken);
  const fingerprint = fingerprintOf(taken);
  server.workflows.set(fingerprint, { ...server.workflows.get(fingerprint)!, view: viewOf(taken) });
}

beforeEach(() => {
  server = new ScriptedServer();
  intake = open();
  signal = {
    symbol: 'BTCUSDT',
    direction: 'SELL',
    strategy: 'by_hand',
    timestampMs: Date.now(),
    intent: 'entry',
    amount: '0.01',
  };
});

describe('what a workflow is started with', () => {
  test('is the signal and its names, and no setting of whoever sent it', async () => {
    const settings = {
      'venues.bybit.leverage': 7,
      'signals.timeToLiveSeconds': 77,
      'venues.bybit.receiveWindowMs': 7_777,
      'orders.lookUpDelayMs': 777,
      'orders.unknownAlertSeconds': 777,
      'sizing.safetyMargin': '0.07',
    };
    await open(settings).submit(signal);
    const clientOrderId = expect.any(String) as string;
    const input: SignalWorkflowInput = {
      fingerprint: fingerprintOf(signal),
      clientOrderId,
      environment: 'paper',
      venue: 'bybit',
      signal,
      stopsByAnswer: true,
    };
    expect(server.started.map(({ args }) => args)).toEqual([[input]]);
  });

  test('is the same from senders of different settings', async () => {
    await open({ 'venues.bybit.leverage': 7, 'signals.timeToLiveSeconds': 77 }).submit(signal);
    const [first] = server.started;
    server.workflows.clear();
    await open({ 'venues.bybit.leverage': 3, 'signals.timeToLiveSeconds': 33 }).submit(signal);
    expect(server.started[1]?.args).toEqual(first?.args);
  });
});

describe('a namespace', () => {
  test.each([
    ['of another environment', { 'oncefill.environment': 'testnet' }, /belongs to testnet.*TEMPORAL_NAMESPACE/],
    ['of no environment', {}, /belongs to no environment yet.*oncefill start/],
  ])('%s gets no signal and no word for an order, and nothing is started', async (_what, data, sentence) => {
    server.data = data;
    const message = expect.stringMatching(sentence) as string;
    expect(await intake.submit(signal)).toEqual({ status: 'refused', code: 'ENVIRONMENT_MISMATCH', message });
    const word = { filledQuantity: '0', reason: 'looked' };
    expect(await intake.settle(fingerprintOf(signal), word)).toEqual({ accepted: false, message });
    expect(server.started).toEqual([]);
  });
});

describe('a signal that is sent again', () => {
  const repeated = (fingerprint: string): IntakeResult => ({ status: 'accepted', fingerprint, repeated: true });

  test('is accepted, and told apart from the first', async () => {
    const fingerprint = fingerprintOf(signal);
    expect(await intake.submit(signal)).toEqual({ status: 'accepted', fingerprint });
    expect(await intake.submit(signal)).toEqual(repeated(fingerprint));
    expect(server.started).toHaveLength(1);
  });

  test('is recognised by a process that has not seen it', async () => {
    await takenElsewhere(signal);
    expect(await intake.submit({ ...signal, amount: '0.010' })).toEqual(repeated(fingerprintOf(signal)));
    expect(server.started).toHaveLength(1);
  });

  test('is traded once where it is handed in, and its repetition does not go ahead', async () => {
    const goAhead = jest.fn();
    const config = loadConfig({ env: {}, cwd: '/' });
    const inside = createSignalIntake({
      client: server.client,
      config,
      store: TRUSTED_STORE,
      headStart: { ready: () => goAhead },
    });
    await takenElsewhere(signal);
    await inside.submit(signal);
    expect(goAhead).not.toHaveBeenCalled();
  });
});

describe('a signal for another store', () => {
  const other = new OtherStoreError('another store');
  const goAhead = jest.fn();

  /** @param answers what is heard of the store, question by question */
  function inside(...answers: readonly (Error | undefined)[]): SignalIntake {
    const left = [...answers];
    const confirm = async (): Promise<void> => {
      const error = left.shift();
      if (error) throw error;
    };
    const config = loadConfig({ env: {}, cwd: '/' });
    const store = { isConfirmed: false, confirm };
    return createSignalIntake({ client: server.client, config, store, headStart: { ready: () => goAhead } });
  }

  test('is not handed to it', async () => {
    await expect(inside(other).submit(signal)).rejects.toBe(other);
    expect(server.started).toEqual([]);
  });

  test('is not called accepted where the store changed meanwhile, and gets no head start', async () => {
    await expect(inside(undefined, other).submit(signal)).rejects.toBe(other);
    expect(goAhead).not.toHaveBeenCalled();
  });

  test('is handed in anew once our store is back', async () => {
    const first = inside(undefined, other);
    await expect(first.submit(signal)).rejects.toBe(other);
    server.workflows.clear();
    expect(await first.submit(signal)).toEqual({ status: 'accepted', fingerprint: fingerprintOf(signal) });
    expect(server.started).toHaveLength(2);
  });

  test('may be sent again where it cannot be told which store it is', async () => {
    const silent = new ServerUnavailableError('TEMPORAL_UNREACHABLE', 'no answer');
    await expect(inside(silent).submit(signal)).rejects.toMatchObject({ code: 'SERVER_UNAVAILABLE' });
  });
});

test('a workflow that intake did not start is no accepted signal, whatever it says of itself', async () => {
  const fingerprint = fingerprintOf(signal);
  server.workflows.set(fingerprint, { status: 'FAILED', view: viewOf(signal) });
  const result = await intake.submit(signal);
  expect(result).toMatchObject({ status: 'duplicate', conflicting: true, fingerprint });
  expect(result).not.toHaveProperty('taken');
  expect(result).toMatchObject({ message: expect.stringContaining('not started by intake') as string });
});

test('another store is said before anything of its namespace', async () => {
  server.data = {};
  const other = new OtherStoreError('another store');
  const store = { isConfirmed: false, confirm: () => Promise.reject(other) };
  const config = loadConfig({ env: {}, cwd: '/' });
  const ours = createSignalIntake({ client: server.client, config, store });
  const asked = [ours.submit(signal), ours.list(5), ours.show(fingerprintOf(signal))];
  for (const answer of asked) await expect(answer).rejects.toBe(other);
});

describe('another signal under a taken fingerprint', () => {
  test('hears which one was taken here, without a question to the server', async () => {
    await intake.submit(signal);
    const result = await intake.submit({ ...signal, intent: 'exit' });
    expect(result).toMatchObject({ status: 'duplicate', conflicting: true, taken: signal });
    expect(result).toMatchObject({ message: expect.stringContaining('To send this exit as well') as string });
    expect(server.reads).toBe(0);
  });

  test('hears which one was taken elsewhere, and a second one without another question', async () => {
    await takenElsewhere(signal);
    for (const amount of ['1', '2']) {
      const result = await intake.submit({ ...signal, amount });
      expect(result).toMatchObject({ status: 'duplicate', conflicting: true, taken: signal });
    }
    expect(server.reads).toBe(1);
  });

  test('hears of the conflict alone when the taken one cannot be read', async () => {
    await takenElsewhere(signal);
    server.readFailure = new Error('no worker');
    const result = await intake.submit({ ...signal, amount: '1' });
    expect(result).toEqual({
      status: 'duplicate',
      fingerprint: fingerprintOf(signal),
      conflicting: true,
      message: expect.stringContaining('A signal with other content') as string,
    });
  });
});

describe('a signal whose own workflow was ended from outside', () => {
  const own: ScriptedWorkflow['status'][] = ['TERMINATED', 'FAILED', 'CANCELLED', 'TIMED_OUT'];

  test.each(own)('is shown by the workflow that looks after it: %s', async (status) => {
    const fingerprint = fingerprintOf(signal);
    server.workflows.set(fingerprint, { status, view: viewOf(signal, 'before') });
    server.workflows.set(orphanWorkflowId(fingerprint), { status: 'RUNNING', view: viewOf(signal, 'looked after') });
    expect(await intake.show(fingerprint)).toMatchObject({ detail: 'looked after' });
  });

  test('is shown with what happens next while nobody looks after it', async () => {
    const fingerprint = fingerprintOf(signal);
    server.workflows.set(fingerprint, { status: 'TERMINATED', view: viewOf(signal, 'before') });
    const shown = await intake.show(fingerprint);
    expect(shown).toMatchObject({ detail: expect.stringMatching(/was ended before its time/) as string });
  });

  test('is shown also after its own workflow was forgotten', async () => {
    const fingerprint = fingerprintOf(signal);
    server.workflows.set(orphanWorkflowId(fingerprint), { status: 'COMPLETED', view: viewOf(signal, 'looked after') });
    expect(await intake.show(fingerprint)).toMatchObject({ detail: 'looked after' });
  });
});

describe('settling', () => {
  const command = { filledQuantity: '0', reason: 'never arrived' };
  const settled: SettleReply = { accepted: true, message: 'Settled with nothing filled.' };
  let fingerprint: string;

  beforeEach(() => {
    fingerprint = fingerprintOf(signal);
  });

  test("reaches the signal's own workflow while that runs", async () => {
    const settle = jest.fn(async () => settled);
    server.workflows.set(fingerprint, { status: 'RUNNING', settle });
    server.workflows.set(orphanWorkflowId(fingerprint), { status: 'RUNNING' });
    expect(await intake.settle(fingerprint, command)).toEqual(settled);
    expect(settle).toHaveBeenCalledWith(command);
  });

  test('reaches the workflow that looks after a signal that was ended from outside', async () => {
    server.workflows.set(fingerprint, { status: 'TERMINATED' });
    server.workflows.set(orphanWorkflowId(fingerprint), { status: 'RUNNING', settle: async () => settled });
    expect(await intake.settle(fingerprint, command)).toEqual(settled);
  });

  test.each<[string, ScriptedWorkflow]>([
    ['ended', { status: 'COMPLETED' }],
    ['was ended from outside, with nobody to look after it', { status: 'TERMINATED' }],
    [
      'ends before the command arrives',
      { status: 'RUNNING', settle: () => Promise.reject(new WorkflowNotFoundError('completed', 'f', undefined)) },
    ],
    [
      'refuses the command as such',
      { status: 'RUNNING', settle: () => Promise.reject(new WorkflowUpdateFailedError('failed', new Error('no'))) },
    ],
  ])('a signal that %s refuses it', async (_name, workflow) => {
    server.workflows.set(fingerprint, workflow);
    expect(await intake.settle(fingerprint, command)).toMatchObject({ accepted: false });
  });

  test('an unknown signal has nothing to settle', async () => {
    expect(await intake.settle(fingerprint, command)).toBeUndefined();
  });
});

describe('cancelling', () => {
  const by = { who: 'user ada (1000)' };
  let fingerprint: string;

  beforeEach(() => {
    fingerprint = fingerprintOf(signal);
  });

  test.each([
    [CANCEL_MESSAGES.unsent, 'unsent'],
    [CANCEL_MESSAGES.cancelling, 'cancelling'],
    [`It was asked for before. ${CANCEL_MESSAGES.unsent}`, 'unsent'],
    ['Words of another release.', 'cancelling'],
  ])('a signal that says "%s" is %s', async (message, effect) => {
    const cancel = jest.fn(async () => ({ accepted: true, message }));
    server.workflows.set(fingerprint, { status: 'RUNNING', cancel });
    expect(await intake.cancel(fingerprint, 'enough', by)).toMatchObject({ effect });
    expect(cancel).toHaveBeenCalledWith('enough', by);
  });

  test('an order that is looked after for a signal that was ended from outside may still fill, whatever is said', async () => {
    const cancel = async () => ({ accepted: true, message: CANCEL_MESSAGES.unsent });
    server.workflows.set(fingerprint, { status: 'TERMINATED' });
    server.workflows.set(orphanWorkflowId(fingerprint), { status: 'RUNNING', cancel });
    expect(await intake.cancel(fingerprint, 'enough', by)).toMatchObject({ effect: 'cancelling' });
  });

  test.each<[string, Partial<ScriptedWorkflow>]>([
    ['has ended', { status: 'COMPLETED' }],
    ['says so itself', { cancel: async () => ({ accepted: false, message: CANCEL_MESSAGES.ended }) }],
    [
      'ends before the command arrives',
      { cancel: () => Promise.reject(new WorkflowNotFoundError('', 'f', undefined)) },
    ],
    ['ends while it is asked', { cancel: () => Promise.reject(new WorkflowUpdateFailedError('', new Error('no'))) }],
  ])('a signal that %s is told with its outcome', async (_name, workflow) => {
    const view: SignalView = { ...viewOf(signal, '0.01 BTCUSDT at 60000'), state: 'ENDED', outcome: 'FILLED' };
    server.workflows.set(fingerprint, { status: 'RUNNING', view, ...workflow });
    const answer = await intake.cancel(fingerprint, 'enough', by);
    expect(answer).toMatchObject({ effect: 'ended', outcome: 'FILLED' });
    expect(answer?.message).toContain('FILLED: 0.01 BTCUSDT at 60000');
  });

  test('an unknown signal cannot be cancelled, and nothing is in a namespace of another environment', async () => {
    expect(await intake.cancel(fingerprint, 'enough', by)).toBeUndefined();
    server.data = { 'oncefill.environment': 'live' };
    expect(await open().cancel(fingerprint, 'enough', by)).toMatchObject({ effect: 'refused' });
  });
});

test('an option that the venue does not have is refused in one sentence', async () => {
  const { promises } = VENUE_DEFINITIONS.bybit;
  const offered = jest.replaceProperty(promises, 'timesInForce', ['GTC', 'IOC']);
  const result = await intake.submit({ ...signal, limitPrice: '1000', timeInForce: 'FOK' });
  offered.restore();
  expect(result).toMatchObject({ status: 'refused', code: 'INVALID_SIGNAL' });
  expect((result as { message: string }).message).toContain('no time in force FOK (it has GTC, IOC)');
});

describe('a signal that comes too late', () => {
  const LATE_MS = 3_600_000;

  async function later<Result>(ask: () => Promise<Result>): Promise<Result> {
    const now = jest.spyOn(Date, 'now').mockReturnValue(signal.timestampMs + LATE_MS);
    try {
      return await ask();
    } finally {
      now.mockRestore();
    }
  }

  test('is refused when nobody knows it', async () => {
    expect(await later(() => intake.submit(signal))).toMatchObject({ status: 'refused', code: 'STALE_SIGNAL' });
  });

  test('is a repetition when it was accepted in time, also by another process', async () => {
    await takenElsewhere(signal);
    expect(await later(() => intake.submit(signal))).toMatchObject({ status: 'accepted', repeated: true });
    expect(await later(() => intake.submit({ ...signal, amount: '0.02' }))).toMatchObject({
      status: 'duplicate',
      conflicting: true,
    });
  });
});
