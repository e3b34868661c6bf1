import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import type { SignalView } from '../../src/domain/signal-view';
import { clientOrderIdOf, contentHashOf, fingerprintOf } from '../../src/intake/fingerprint';
import { positionWorkflowId, SIGNALS_TASK_QUEUE } from '../../src/messages/ids';
import { SIGNAL_WORKFLOW_TYPE } from '../../src/messages/signal';
import { PositionClient } from '../../src/trading/position-client';
import { ExitMaker, type MadeExit } from '../../src/trading/position-exits';
import { createWorker } from '../../src/temporal/worker';
import { eventually, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';
import { EXIT_PARENTS_TASK_QUEUE } from './fixtures/exit-parents';

const MAKER_NAMES = { fingerprintOf, contentHashOf, clientOrderIdOf };

interface Start {
  readonly type?: string;
  readonly symbol?: string;
}

interface World {
  readonly environment: TestWorkflowEnvironment;
  readonly engine: TestEngine;
}

/** Exits of positions are signals that a position's workflow starts, and nobody else. */
export function exitCases(world: () => World): void {
  let environment: TestWorkflowEnvironment;
  let engine: TestEngine;
  let parents: Worker;
  let running: Promise<void>;
  let rounds = 0;

  beforeAll(async () => {
    ({ environment, engine } = world());
    parents = await createWorker({
      connection: environment.nativeConnection,
      namespace: environment.namespace,
      taskQueue: EXIT_PARENTS_TASK_QUEUE,
      workflowsPath: require.resolve('./fixtures/exit-parents'),
    });
    running = parents.run();
  }, SERVER_START_TIMEOUT_MS);

  afterAll(async () => {
    parents.shutdown();
    await running;
  });

  async function makeExit(quantity: string): Promise<MadeExit> {
    const timestampMs = Date.now();
    return new ExitMaker(engine.parts.pacedVenue, MAKER_NAMES).make({
      ...engine.parts.ours,
      symbol: 'BTCUSDT',
      side: 'LONG',
      quantity,
      openedAtMs: timestampMs - 1_000,
      round: (rounds += 1),
      timestampMs,
      reason: 'OPERATOR',
    });
  }

  /** Has a parent start an exit. @returns the exit's end */
  async function exitOf(made: MadeExit, { type = 'position', symbol = 'BTCUSDT' }: Start = {}): Promise<SignalView> {
    return environment.client.workflow.execute<(made: MadeExit) => Promise<SignalView>>(type, {
      workflowId: positionWorkflowId(engine.parts.ours, symbol),
      taskQueue: EXIT_PARENTS_TASK_QUEUE,
      args: [made],
    });
  }

  function orders(): number {
    return engine.venue.audit().requestsPerEndpoint.order_create ?? 0;
  }

  test('an exit that a position starts is traded, once, and says everywhere why it was made', async () => {
    expect(await engine.trade({ amount: '0.03' })).toMatchObject({ outcome: 'FILLED' });
    const made = await makeExit('0.030');
    const { fingerprint, clientOrderId } = made.input;
    const view = await exitOf(made);
    expect(view).toMatchObject({ outcome: 'FILLED', exitReason: 'OPERATOR', reservedAmount: '0', sendAttempts: 1 });
    expect(engine.venue.audit().ordersPerClientId?.[clientOrderId]).toBe(1);
    expect(await engine.intake.show(fingerprint)).toMatchObject({ exitReason: 'OPERATOR', outcome: 'FILLED' });
    await eventually(async () => {
      const row = (await engine.intake.list(5)).find((summary) => summary.fingerprint === fingerprint);
      return row?.exitReason === 'OPERATOR';
    });
    const { config, parts } = engine;
    const client = new PositionClient({ ...parts, protection: config.protection, foreign: 'alert', clientOrderIdOf });
    expect(await client.exitOutcome(fingerprint)).toMatchObject({
      status: 'ended',
      outcome: 'FILLED',
      filledQuantity: '0.03',
    });
    expect(await client.exitOutcome('f'.repeat(16))).toEqual({ status: 'absent' });
  });

  test.each<[string, Start, (made: MadeExit) => MadeExit]>([
    ["under a position's id, of another type", { type: 'pretender' }, (made) => made],
    ['of the position in another symbol', { symbol: 'ETHUSDT' }, (made) => made],
    ['of a position, which starts an entry', {}, (made) => renamed(made, { intent: 'entry' })],
    ['of a position, which starts a signal of another strategy', {}, (made) => renamed(made, { strategy: 'grid' })],
  ])('what a workflow %s starts is none of ours, and touches nothing', async (_what, start, forge) => {
    const before = orders();
    const view = await exitOf(forge(await makeExit('0.01')), start);
    expect(view).toMatchObject({ outcome: 'DENIED', denialCode: 'SIGNAL_NOT_GENUINE', sendAttempts: 0 });
    expect(orders()).toBe(before);
  });

  test('an exit that nobody started but a person with the server’s command line is none of ours', async () => {
    const { input } = await makeExit('0.01');
    const before = orders();
    const view = await environment.client.workflow.execute<(given: unknown) => Promise<SignalView>>(
      SIGNAL_WORKFLOW_TYPE,
      {
        workflowId: input.fingerprint,
        taskQueue: SIGNALS_TASK_QUEUE,
        args: [input],
      },
    );
    expect(view).toMatchObject({ outcome: 'DENIED', denialCode: 'SIGNAL_NOT_GENUINE' });
    expect(orders()).toBe(before);
  });
}

/** The same as if it were whole: only what it is has changed. */
function renamed(made: MadeExit, change: object): MadeExit {
  const signal = { ...made.input.signal, ...change };
  const fingerprint = fingerprintOf(signal);
  return { ...made, input: { ...made.input, signal, fingerprint, clientOrderId: clientOrderIdOf(fingerprint) } };
}
