/** A filled order that nobody can look up for a long time: its funds stay held, and it is found, once. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { clientOrderIdOf } from '../../src/intake/fingerprint';
import type { FaultTarget } from '../../src/paper-venue/faults/fault-plan';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/*
 * The case is an outage of ten minutes under the product's own settings, sixty times faster. What decides the saga's
 * course keeps its ratios: the outage lasts ten of the longest delays between look-ups and ten of the times after which
 * a person is told, and the workers restart three times at equal distances within it. The first delay of half a second
 * becomes the shortest one that the settings allow instead of a sixtieth; the delays have reached their longest well
 * before the first restart in either case.
 */
const FASTER = 60;
const OUTAGE_MS = 600_000 / FASTER;
const LOOK_UP_DELAY_MAX_MS = 60_000 / FASTER;
const UNKNOWN_ALERT_SECONDS = 60 / FASTER;
const LOOK_UP_DELAY_MS = 50;
const WORKER_RESTARTS = 3;
/** A stretch of the outage before the first restart, between two of them, and after the last one. */
const STRETCH_MS = OUTAGE_MS / (WORKER_RESTARTS + 1);

/** Every endpoint that could show the order, each broken in a way of its own, for as long as the plan lasts. */
const LOOK_UPS_DOWN: readonly FaultTarget[] = [
  { fault: 'gateway_error', endpoint: 'order_realtime' },
  { fault: 'connection_reset', endpoint: 'order_history' },
  { fault: 'truncated_json', endpoint: 'execution_list' },
];
const ANSWER_LOST: FaultTarget = { fault: 'accept_then_reset', endpoint: 'order_create', ordinal: 1 };

const SAMPLE_INTERVAL_MS = 50;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'orders.lookUpDelayMs', value: LOOK_UP_DELAY_MS },
      { path: 'orders.lookUpDelayMaxMs', value: LOOK_UP_DELAY_MAX_MS },
      { path: 'orders.unknownAlertSeconds', value: UNKNOWN_ALERT_SECONDS },
    ],
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

/** Asks the ledger again and again what is reserved. While no worker runs nobody can answer, and nothing can change. */
class FundsWatch {
  readonly samples: string[] = [];
  private readonly stopped = new AbortController();
  private readonly running = this.run();

  /** Ends the watch. @returns the distinct answers */
  async stop(): Promise<readonly string[]> {
    this.stopped.abort();
    await this.running;
    return [...new Set(this.samples)];
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await engine.balances().then(
        ({ assets }) => this.samples.push(assets.USDT!.reserved),
        () => undefined,
      );
      await delay(SAMPLE_INTERVAL_MS);
    }
  }
}

function lookUps(): number {
  return engine.venue.audit(true).requestsPerEndpoint.order_realtime ?? 0;
}

function ordersOf(fingerprint: string): number {
  return engine.venue.audit().ordersPerClientId?.[clientOrderIdOf(fingerprint)] ?? 0;
}

/** Lets a stretch of the outage pass, in which the order must be looked up. */
async function passStretch(): Promise<void> {
  const lookUpsBefore = lookUps();
  const endMs = Date.now() + STRETCH_MS;
  await eventually(async () => Date.now() >= endMs && lookUps() > lookUpsBefore);
}

test('an order filled while the look-ups were down for ten minutes and the workers restarted is found, its funds held', async () => {
  engine.setFaults({ seed: 1, rate: 0, targets: [ANSWER_LOST, ...LOOK_UPS_DOWN] });
  const submitted = await engine.intake.submit(engine.signal());
  const { fingerprint } = submitted as { fingerprint: string };
  await eventually(async () => (await engine.intake.show(fingerprint))?.state === 'RESOLVING');
  expect(ordersOf(fingerprint)).toBe(1);

  const watch = new FundsWatch();
  for (let restart = 0; restart < WORKER_RESTARTS; restart += 1) {
    await passStretch();
    await engine.stopWorkers();
    await engine.startWorkers();
  }
  await passStretch();
  const during = await engine.intake.show(fingerprint);
  const sampled = watch.samples.length;
  const reserved = await watch.stop();

  expect(during).toMatchObject({ state: 'RESOLVING', sendAttempts: 1 });
  expect(engine.alerts.filter((text) => text.includes(fingerprint))).not.toEqual([]);
  expect(sampled).toBeGreaterThan(WORKER_RESTARTS);
  // One figure throughout, and it is not zero: nothing of the reservation was let go.
  expect(reserved).toEqual([during?.reservedAmount]);

  engine.setFaults(undefined);
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  expect(ordersOf(fingerprint)).toBe(1);
  expect(engine.venue.audit().orders).toMatchObject({ accepted: 1, open: 0 });
  const { assets } = await engine.settled();
  const { total, locked } = engine.venue.audit().balances.USDT!;
  expect(assets.USDT).toMatchObject({ total, locked, reserved: '0', unsettled: '0' });
});
