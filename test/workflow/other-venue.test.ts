/** A signal for a venue that nobody here trades on ends, and says why. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { TRUSTED_STORE } from '../../harness/trusted-store';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

test('it is denied with both venues named, and nothing is held', async () => {
  const { client } = engine.parts;
  const config = { ...engine.config, venue: 'other', venues: { other: engine.config.venues.bybit! } };
  const result = await createSignalIntake({ client, config, store: TRUSTED_STORE }).submit(engine.signal());
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const view = await engine.end(result.fingerprint);
  expect(view).toMatchObject({ outcome: 'DENIED', denialCode: 'UNKNOWN_VENUE', sendAttempts: 0 });
  expect(view.detail).toMatch(/other.*bybit/);
  expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0' });
});

test('a call to the account that fails at once, again and again, is an alert, and the signal ends when its time is over', async () => {
  const failing = jest.spyOn(engine.parts.accounts, 'request').mockRejectedValue(new Error('The account is away.'));
  const timeToLiveMs = engine.config.signals.timeToLiveSeconds * 1_000;
  const result = await engine.intake.submit(engine.signal({ timestampMs: Date.now() - timeToLiveMs + 5_000 }));
  if (result.status !== 'accepted') throw new Error('Not accepted.');
  const { fingerprint } = result;
  const deadlineMs = performance.now() + 110_000;
  while (!engine.alerts.some((text) => text.includes(fingerprint)) && performance.now() < deadlineMs) {
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(engine.alerts.filter((text) => text.includes(fingerprint))).not.toEqual([]);
  failing.mockRestore();
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'EXPIRED' });
}, 180_000);
