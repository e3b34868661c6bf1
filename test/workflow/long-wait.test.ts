/** A signal that waits for long goes on in new runs, and ends with an outcome. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { VenueError } from '../../src/venues/venue';
import { runChain } from '../replay/recording';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';

/** Far below the server's own threshold, so that a wait of seconds is a long one. */
const CONTINUE_AS_NEW_EVENTS = 40;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer('default', {
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS },
  });
  engine = await startTestEngine(environment);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

function withoutPrices() {
  return jest
    .spyOn(engine.parts.pacedVenue, 'ticker')
    .mockRejectedValue(new VenueError({ kind: 'NOT_PLACED', message: 'No price yet.' }));
}

async function submit(overrides: Parameters<TestEngine['signal']>[0] = {}): Promise<string> {
  const result = await engine.intake.submit(engine.signal(overrides));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  return result.fingerprint;
}

test('what it waited for comes in a later run, and it becomes one order', async () => {
  const prices = withoutPrices();
  const fingerprint = await submit();
  await eventually(async () => (await runChain(engine.parts.client, fingerprint)).length > 1);
  const waiting = (await engine.intake.show(fingerprint))!;
  expect(waiting.timeline[0]).toMatchObject({ text: 'Received.' });
  // Lists are a moment late, and may have the end of the former run and not yet the next one, or the other way round.
  await eventually(async () => {
    return (await engine.intake.list(5)).filter((row) => row.fingerprint === fingerprint).length === 1;
  });
  prices.mockRestore();
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
});

test('its time to live ends it in a later run, with what it waited for', async () => {
  const prices = withoutPrices();
  const timeToLiveMs = engine.config.signals.timeToLiveSeconds * 1_000;
  const fingerprint = await submit({ timestampMs: Date.now() - timeToLiveMs + 12_000 });
  const view = await engine.end(fingerprint);
  expect(view).toMatchObject({ outcome: 'EXPIRED', denialCode: 'SIGNAL_EXPIRED' });
  expect(view.detail).toContain('No price yet.');
  expect((await runChain(engine.parts.client, fingerprint)).length).toBeGreaterThan(1);
  prices.mockRestore();
});
