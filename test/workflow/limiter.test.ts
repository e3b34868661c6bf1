/** What the venue says about its limits, on a real server: nothing is sent before the time it names. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { venueAccountWorkflowId } from '../../src/messages/ids';
import { feedbackSignal, usageQuery } from '../../src/messages/venue-account';
import { eventually, startTestEngine, type TestEngine, type TestEngineOptions } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { withTimeEnough } from '../support/time-enough';

const SAMPLE_INTERVAL_MS = 10;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

async function start(flags: TestEngineOptions['flags']): Promise<void> {
  environment = await startTestServer();
  engine = await startTestEngine(environment, { flags });
}

afterEach(async () => {
  await engine.close();
  await environment.teardown();
});

function requestsAtVenue(): number {
  return Object.values(engine.venue.audit(true).requestsPerEndpoint).reduce((sum, count) => sum + count, 0);
}

function limiter() {
  return engine.parts.client.workflow.getHandle(venueAccountWorkflowId(engine.parts.ours));
}

/** Waits until the limiter has heard of a block that a signal caused. @returns its end; undefined: the signal ended without */
async function blockedBy(fingerprint?: string): Promise<number | undefined> {
  return eventually(async () => {
    const { blockedUntilMs } = await limiter().query(usageQuery);
    if (blockedUntilMs > Date.now()) return { untilMs: blockedUntilMs };
    const hasEnded = fingerprint !== undefined && (await engine.intake.show(fingerprint))?.state === 'ENDED';
    return hasEnded && { untilMs: undefined };
  }).then(({ untilMs }) => untilMs);
}

/** How many requests reach the venue from now until an instant. */
async function countRequestsUntil(endMs: number): Promise<number> {
  const first = requestsAtVenue();
  let latest = first;
  for (;;) {
    const seen = requestsAtVenue();
    // A sample from after the end says nothing about the time before it.
    if (Date.now() >= endMs) return latest - first;
    latest = seen;
    await delay(SAMPLE_INTERVAL_MS);
  }
}

/** An order request that the paper venue answers with one of its ways of throttling. */
function throttleNextOrder(variant: number): void {
  engine.setFaults({
    seed: 1,
    rate: 0,
    targets: [{ fault: 'throttled', endpoint: 'order_create', ordinal: 1, variant }],
  });
}

/** A signal that expires in so many milliseconds. */
function expiringIn(remainingMs: number) {
  return { timestampMs: Date.now() - engine.config.signals.timeToLiveSeconds * 1_000 + remainingMs };
}

async function submit(overrides: Parameters<TestEngine['signal']>[0] = {}): Promise<string> {
  const result = await engine.intake.submit(engine.signal({ amount: '0.001', ...overrides }));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  return result.fingerprint;
}

test(
  'after 10006 nothing is sent before the reset that its header names, also across a restart of the workers',
  async () => {
    // The venue allows two orders in a window; we believe in many more.
    const order = { limit: 4, windowMs: 8_000, weight: 2 };
    await start([
      { path: 'paperVenue.limits', value: { global: { limit: 1_200, windowMs: 60_000 }, endpoints: { order } } },
    ]);
    await engine.trade({ amount: '0.001' });
    await engine.trade({ amount: '0.001' });

    // On a slow machine the first one may have left the window: then another one is refused.
    const { refused, resetMs } = await eventually(async () => {
      const refused = await submit();
      const resetMs = await blockedBy(refused);
      return resetMs !== undefined && { refused, resetMs };
    });
    const whileBlocked = countRequestsUntil(resetMs);
    await engine.stopWorkers();
    await engine.startWorkers();
    const other = await submit();

    expect(await whileBlocked).toBe(0);
    const views = [await engine.end(refused), await engine.end(other)];
    expect(views).toMatchObject([{ outcome: 'FILLED' }, { outcome: 'FILLED' }]);
    // The window frees its two places one after the other, so the second order may be refused once more.
    const resent = views.reduce((sum, { sendAttempts }) => sum + sendAttempts - 1, 0);
    expect(engine.venue.audit().limitBreaches.total).toBe(resent);
  },
  SERVER_START_TIMEOUT_MS,
);

test(
  'after 429 with Retry-After nothing is sent before that time',
  async () => {
    await start([]);
    await engine.trade({ amount: '0.001' });

    // On a slow machine the block may be over before anybody has seen it: then another one is.
    const { refused, resumeMs } = await eventually(async () => {
      throttleNextOrder(0);
      const refused = await submit();
      const resumeMs = await blockedBy(refused);
      return resumeMs !== undefined && { refused, resumeMs };
    });
    const other = await submit();

    expect(await countRequestsUntil(resumeMs)).toBe(0);
    expect(await engine.end(refused)).toMatchObject({ outcome: 'FILLED', sendAttempts: 2 });
    expect(await engine.end(other)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
  },
  SERVER_START_TIMEOUT_MS,
);

test(
  'a 403 ban stops everything, also across a restart of the workers; signals expire meanwhile, unsent, with no funds held',
  async () => {
    await start([]);
    await engine.trade({ amount: '0.001' });

    const banned = await withTimeEnough(8_000, async (lifeMs) => {
      throttleNextOrder(2);
      const fingerprint = await submit(expiringIn(lifeMs));
      return (await blockedBy(fingerprint)) === undefined ? undefined : fingerprint;
    });
    const requestsAtBan = requestsAtVenue();
    await engine.stopWorkers();
    await engine.startWorkers();
    const other = await submit(expiringIn(3_000));

    expect(await engine.end(other)).toMatchObject({ outcome: 'EXPIRED', sendAttempts: 0 });
    expect(await engine.end(banned)).toMatchObject({ outcome: 'EXPIRED', sendAttempts: 1 });
    expect(requestsAtVenue()).toBe(requestsAtBan);
    expect((await engine.balances()).assets.USDT!.reserved).toBe('0');
  },
  SERVER_START_TIMEOUT_MS,
);

test(
  'a ban also stops signals that were promised their turn before it',
  async () => {
    // Two orders of ours per window; the others wait with a booked permit.
    const order = { limit: 5, windowMs: 1_000, weight: 2 };
    await start([{ path: 'venues.bybit.limits', value: { endpoints: { order } } }]);
    const fingerprints = await Promise.all(Array.from({ length: 6 }, () => submit()));
    await eventually(async () => {
      const views = await Promise.all(fingerprints.map((fingerprint) => engine.intake.show(fingerprint)));
      const isOneWaiting = views.some((view) => view?.state === 'WAITING_FOR_PERMIT');
      return isOneWaiting && views.every((view) => ['WAITING_FOR_PERMIT', 'ENDED'].includes(view?.state ?? ''));
    });
    const resumeMs = Date.now() + 8_000;
    await limiter().signal(feedbackSignal, {
      endpoint: 'order',
      kind: 'banned',
      resumeAtMs: resumeMs,
      observedAtMs: Date.now(),
    });
    await blockedBy();

    expect(await countRequestsUntil(resumeMs)).toBe(0);
    const views = await Promise.all(fingerprints.map((fingerprint) => engine.end(fingerprint)));
    expect(views.every(({ outcome }) => outcome === 'FILLED')).toBe(true);
    expect(engine.venue.audit().limitBreaches.total).toBe(0);
  },
  SERVER_START_TIMEOUT_MS,
);

test(
  'signals of another strategy take their turn before what a flood of one still has to send',
  async () => {
    // Two orders of ours per window.
    const order = { limit: 5, windowMs: 1_000, weight: 2 };
    await start([
      { path: 'venues.bybit.limits', value: { endpoints: { order } } },
      { path: 'rateLimits.permitValidityMs', value: 500 },
    ]);
    const symbols = engine.config.venues[engine.config.venue]!.symbols.slice(0, 6);
    const flood = await Promise.all(
      symbols.flatMap((symbol) => [
        submit({ strategy: 'flood', symbol, direction: 'BUY', amount: undefined }),
        submit({ strategy: 'flood', symbol, direction: 'SELL', amount: undefined }),
      ]),
    );
    const stateOf = async (fingerprint: string) => (await engine.intake.show(fingerprint))?.state;
    await eventually(async () => {
      const states = await Promise.all(flood.map(stateOf));
      return states.every((state) => ['WAITING_FOR_PERMIT', 'ENDED'].includes(state ?? ''));
    });
    const honest = await submit({ strategy: 'honest' });

    expect(await engine.end(honest)).toMatchObject({ outcome: 'FILLED', sendAttempts: 1 });
    expect(await Promise.all(flood.map(stateOf))).toContain('WAITING_FOR_PERMIT');
    const views = await Promise.all(flood.map((fingerprint) => engine.end(fingerprint)));
    expect(views.every(({ outcome }) => outcome === 'FILLED')).toBe(true);
    expect(engine.venue.audit().limitBreaches.total).toBe(0);
  },
  SERVER_START_TIMEOUT_MS,
);
