/**
 * A local call that lasts for longer than a step keeps its step alive by further ones, and a replay makes one of them all: a word that
 * came with a later one is then heard before the call is made.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { createWorker, replayHistories } from '../../src/temporal/worker';
import { SIGNALS_TASK_QUEUE } from '../../src/messages/ids';
import { cancelUpdate, type SignalWorkflowInput } from '../../src/messages/signal';
import type { TradeInput, TradeResult } from '../../src/messages/trade';
import { workflowBundlePath } from '../../workers/build-workflow-bundle';
import type { signal } from '../../workflows';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { withTimeEnough } from '../support/time-enough';

/** Steps are kept alive after four fifths of it. */
const STEP_TIMEOUT_MS = 1_000;
/** Of steps' time-outs. */
const CALL_LASTS = 1.6;
const INPUT: SignalWorkflowInput = {
  fingerprint: '5cc61b3bdf045312',
  clientOrderId: 'of748c9feb5566b0f5f2405197de3316',
  environment: 'paper',
  venue: 'bybit',
  signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 'test', timestampMs: 0, intent: 'entry' },
  stopsByAnswer: true,
};
const UNANNOUNCED = { fn: (): void => undefined, callDuringReplay: false };
const WORKFLOWS = {
  workflowBundle: { codePath: workflowBundlePath() },
  sinks: {
    announcements: { reached: UNANNOUNCED, line: UNANNOUNCED, alert: UNANNOUNCED, ended: UNANNOUNCED },
  },
};

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterAll(() => environment.teardown());

interface Ended {
  readonly outcome?: string;
  /** Whether each call was made for a signal that is stopped. */
  readonly calls: readonly boolean[];
  readonly isKeptAlive: boolean;
  /** Whether the server gave a step up, and out again: then the call was not one that lasts. */
  readonly isStepLost: boolean;
  readonly replayError?: Error;
}

/** @param firstAnswer of the call that lasts */
async function cancelWhileCalled(firstAnswer: TradeResult, stepTimeoutMs: number): Promise<Ended> {
  const workflowId = `slow-call-${stepTimeoutMs}`;
  const calls: boolean[] = [];
  const worker = await createWorker({
    ...WORKFLOWS,
    connection: environment.nativeConnection,
    taskQueue: SIGNALS_TASK_QUEUE,
    activities: {
      tradeAtOnce: async ({ isStopped }: TradeInput) => {
        calls.push(isStopped === true);
        if (calls.length > 1) return { status: 'withdrawn' };
        await sleep(CALL_LASTS * stepTimeoutMs);
        return firstAnswer;
      },
      withdraw: () => Promise.resolve({ status: 'withdrawn' }),
    },
  });
  const running = worker.run();
  const handle = await environment.client.workflow.start<typeof signal>('signal', {
    taskQueue: SIGNALS_TASK_QUEUE,
    workflowId,
    workflowTaskTimeout: stepTimeoutMs,
    args: [INPUT],
  });
  while (calls.length === 0) await sleep(20);
  await handle.executeUpdate(cancelUpdate, { args: ['no longer wanted'] });
  const { outcome } = await handle.result();
  worker.shutdown();
  await running;
  const history = await handle.fetchHistory();
  const events = (history.events ?? []).map(({ eventType }) => Number(eventType));
  let replayError: Error | undefined;
  for await (const { error } of replayHistories(WORKFLOWS, [{ workflowId, history }])) replayError = error;
  const isStepLost = events.includes(TASK_TIMED_OUT);
  return { outcome, calls, isKeptAlive: isKeptAlive(events), isStepLost, replayError };
}

const TASK_SCHEDULED = 5;
const TASK_COMPLETED = 7;
const TASK_TIMED_OUT = 8;

/** Whether a step ended with nothing but the wish for another one. */
function isKeptAlive(events: readonly number[]): boolean {
  return events.some((type, index) => type === TASK_COMPLETED && events[index + 1] === TASK_SCHEDULED);
}

test('a signal that is cancelled while its call lasts, and then has to wait, can be replayed', async () => {
  const waits = { status: 'retry', afterMs: 60_000, reason: 'There is no price.' } as const;
  const ended = await withTimeEnough(STEP_TIMEOUT_MS, async (stepTimeoutMs) => {
    const end = await cancelWhileCalled(waits, stepTimeoutMs);
    expect(end).toMatchObject({ outcome: 'CANCELLED', replayError: undefined });
    return end.isStepLost ? undefined : end;
  });
  expect(ended).toMatchObject({ calls: [false, true], isKeptAlive: true });
});
