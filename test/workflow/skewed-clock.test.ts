/** An engine on a machine whose clock is wrong trades as every other one: the server, the venue and the senders are right. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { childEnvironment } from '../../harness/child-environment';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { accountStatsQuery, refreshSignal } from '../../src/messages/venue-account';
import type { ProcessEvent } from '../../src/process/process-events';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { runSource } from '../support/run-source';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import type { SkewedEngineInput } from './fixtures/skewed-engine';

const ENGINE_ENTRY = join(__dirname, 'fixtures', 'skewed-engine.ts');
/** Two orders of ours in a window: the others wait for their turn. */
const ORDER_LIMIT = { limit: 5, windowMs: 2_000, weight: 2 };
const SIGNALS = 6;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
let child: ChildProcess;
let lines: string[];

beforeAll(async () => {
  environment = await startTestServer();
}, SERVER_START_TIMEOUT_MS);

afterEach(async () => {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  await engine.close();
});

afterAll(() => environment.teardown());

/** Hands the work over to a process whose clock is that far ahead. */
async function runOnWrongClock(aheadMs: number): Promise<void> {
  engine = await startTestEngine(environment, {
    flags: [{ path: 'venues.bybit.limits', value: { endpoints: { order: ORDER_LIMIT } } }],
  });
  await engine.stopWorkers();
  const input: SkewedEngineInput = { config: engine.config, temporalAddress: environment.address, aheadMs };
  const [file = '', ...rest] = runSource(ENGINE_ENTRY, JSON.stringify(input)).slice(2);
  child = fork(file, rest, {
    env: childEnvironment({}),
    execArgv: runSource(ENGINE_ENTRY).slice(0, 2),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  lines = [];
  child.on('message', (event: ProcessEvent) => {
    if (event.kind === 'line') lines.push(event.text);
  });
}

function account() {
  return engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
}

test.each([-60_000, -4_000, 60_000])(
  'on a clock that is %d ms ahead of the server’s, orders fill, wait for their turn and are looked up, and balances refresh',
  async (aheadMs) => {
    await runOnWrongClock(aheadMs);
    const before = await account().query(accountStatsQuery);

    const views = await Promise.all(Array.from({ length: SIGNALS }, () => engine.trade({ amount: '0.001' })));
    const { asOfMs } = await engine.balances();
    await account().signal(refreshSignal);
    await eventually(async () => (await engine.balances()).asOfMs > asOfMs);
    const after = await account().query(accountStatsQuery);

    expect(views.map(({ outcome, sendAttempts }) => [outcome, sendAttempts])).toEqual(views.map(() => ['FILLED', 1]));
    expect(engine.venue.audit().limitBreaches.total).toBe(0);
    expect(after.limiter.refusedTotal).toBe(before.limiter.refusedTotal);
    expect(after.limiter.blockedTotal).toBeGreaterThan(before.limiter.blockedTotal);
    expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
    const says = `${Math.abs(aheadMs) / 1_000} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the Temporal server's`;
    await eventually(async () => lines.some((line) => line.startsWith('ALERT') && line.includes(says)));
  },
  SERVER_START_TIMEOUT_MS,
);
