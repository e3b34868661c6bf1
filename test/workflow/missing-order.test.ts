/** Orders that the venue had, or may have had, and does not know (any more): a person is told, and has the last word. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { OutcomeKind } from '../../src/domain/outcome';
import { settleUpdate, type SettleCommand } from '../../src/messages/signal';
import type { LookUpAnswer } from '../../src/venues/venue';
import { readHealth } from '../../src/observability/health';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { withTimeEnough } from '../support/time-enough';
import { permitted } from '../support/permit';

const DAY_MS = 86_400_000;
const FILLED_IN_PART: SettleCommand = { filledQuantity: '0.004', averagePrice: '1000', reason: 'seen in the app' };
const NOTHING: SettleCommand = { filledQuantity: '0', reason: 'looked at the venue: cancelled on Friday' };

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment, {
    flags: [
      { path: 'orders.unknownAlertSeconds', value: 1 },
      { path: 'orders.lookUpDelayMaxMs', value: 1_000 },
    ],
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

afterEach(async () => {
  jest.restoreAllMocks();
  const { assets } = await engine.settled();
  expect(assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
});

async function submit(overrides: Parameters<TestEngine['signal']>[0] = {}): Promise<string> {
  const result = await engine.intake.submit(engine.signal(overrides));
  if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
  return result.fingerprint;
}

/** By hand, so that nothing rests at the venue for the next test. */
async function cancelAtVenue(fingerprint: string): Promise<void> {
  const { clientOrderId } = (await engine.intake.show(fingerprint))!.order!;
  await permitted(() => engine.parts.venue.cancelOrder('BTCUSDT', clientOrderId));
}

/** @returns the first of these states that it was seen in */
async function reachOneOf(fingerprint: string, ...states: readonly string[]): Promise<string> {
  return eventually(async () => {
    const shown = (await engine.intake.show(fingerprint))?.state;
    return shown !== undefined && states.includes(shown) && shown;
  });
}

function settle(fingerprint: string, command: unknown) {
  const handle = engine.parts.client.workflow.getHandle(fingerprint);
  return handle.executeUpdate(settleUpdate, { args: [command as SettleCommand] });
}

/** From now on the venue answers every look-up so. */
function everyLookUp(answer: () => LookUpAnswer) {
  return jest.spyOn(engine.parts.venue, 'lookUpOrder').mockImplementation(async () => answer());
}

function absent(aheadMs = 0): LookUpAnswer {
  return { status: 'absent', askedAtMs: Date.now() + aheadMs };
}

function alertsOf(fingerprint: string): readonly string[] {
  return engine.alerts.filter((text) => text.includes(fingerprint));
}

/** A limit order far below the market, which rests. */
async function restingOrder(): Promise<string> {
  const fingerprint = await submit({ limitPrice: '1000' });
  await reachOneOf(fingerprint, 'WORKING');
  return fingerprint;
}

test('an order that was accepted and is not known any more is an alert, and ends on the word that nothing filled', async () => {
  const cancel = jest.spyOn(engine.parts.venue, 'cancelOrder');
  const fingerprint = await restingOrder();
  everyLookUp(absent);
  await reachOneOf(fingerprint, 'MISSING');
  expect(alertsOf(fingerprint)).toContainEqual(expect.stringContaining(`oncefill signal settle ${fingerprint}`));
  expect((await engine.balances()).assets.USDT!.reserved).not.toBe('0');
  await eventually(async () => (await readHealth(engine.parts.client, engine.config, [])).status === 'degraded');
  expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
  expect(cancel.mock.calls.length).toBeLessThanOrEqual(3);
  jest.restoreAllMocks();
  await cancelAtVenue(fingerprint);
});

test('a missing order that is past its time to live is cancelled at the venue a few times, and not for ever', async () => {
  const cancel = jest.spyOn(engine.parts.venue, 'cancelOrder');
  const timeToLiveMs = engine.config.signals.timeToLiveSeconds * 1_000;
  const { fingerprint, lookUps } = await withTimeEnough(4_000, async (lifeMs) => {
    const fingerprint = await submit({ limitPrice: '1000', timestampMs: Date.now() - timeToLiveMs + lifeMs });
    if ((await reachOneOf(fingerprint, 'WORKING', 'ENDED')) === 'ENDED') return undefined;
    const lookUps = everyLookUp(absent);
    if ((await reachOneOf(fingerprint, 'MISSING', 'ENDED')) === 'MISSING') return { fingerprint, lookUps };
    lookUps.mockRestore();
    return undefined;
  });
  const { length } = lookUps.mock.calls;
  await eventually(async () => lookUps.mock.calls.length > length + 8);
  const cancelsOfMissing = cancel.mock.calls.length;
  await eventually(async () => lookUps.mock.calls.length > length + 12);
  expect(cancel.mock.calls.length).toBe(cancelsOfMissing);
  expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('what a person says has filled is booked', async () => {
  const fingerprint = await restingOrder();
  everyLookUp(absent);
  await reachOneOf(fingerprint, 'MISSING');
  const word = { filledQuantity: '0.004', averagePrice: '1000', reason: 'seen in the trade history' };
  expect(await settle(fingerprint, word)).toMatchObject({ accepted: true });
  const end = await engine.end(fingerprint);
  expect(end).toMatchObject({
    outcome: 'PARTIALLY_FILLED',
    order: { filledQuantity: '0.004', averagePrice: '1000' },
  });
  expect(end).not.toHaveProperty('wordAwaitedSinceMs');
  expect(await settle(fingerprint, word).catch(() => 'ended')).toBe('ended');
  jest.restoreAllMocks();
  await cancelAtVenue(fingerprint);
});

test('a missing order that appears after all ends as the venue says', async () => {
  const fingerprint = await restingOrder();
  const lookUps = everyLookUp(absent);
  await reachOneOf(fingerprint, 'MISSING');
  expect((await engine.intake.show(fingerprint))?.wordAwaitedSinceMs).toBeLessThanOrEqual(Date.now());
  lookUps.mockRestore();
  await reachOneOf(fingerprint, 'WORKING');
  expect(await engine.intake.show(fingerprint)).not.toHaveProperty('wordAwaitedSinceMs');
  await cancelAtVenue(fingerprint);
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('an order that was refused as a duplicate of one that the venue does not know is missing', async () => {
  jest.spyOn(engine.parts.venue, 'placeOrder').mockResolvedValue({
    outcome: { kind: 'DUPLICATE', message: 'The id was used before.' },
    signedAtMs: Date.now(),
  });
  everyLookUp(() => absent(60_000));
  const fingerprint = await submit();
  await reachOneOf(fingerprint, 'MISSING');
  expect(alertsOf(fingerprint)).not.toEqual([]);
  expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('absent proves nothing of an order that may be older than the venue remembers', async () => {
  const placeOrder = jest.spyOn(engine.parts.venue, 'placeOrder').mockResolvedValue({
    outcome: { kind: 'UNKNOWN', message: 'No answer.' },
    signedAtMs: Date.now(),
  });
  everyLookUp(() => absent(DAY_MS + 60_000));
  const fingerprint = await submit();
  await reachOneOf(fingerprint, 'MISSING');
  expect(placeOrder).toHaveBeenCalledTimes(1);
  expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

describe('a word about an order of which the venue says nothing', () => {
  const unavailable = (kind: OutcomeKind, isUnasked?: true): LookUpAnswer => {
    return { status: 'unavailable', outcome: { kind, message: `No answer (${kind}).` }, isUnasked };
  };

  test('is kept while it has no permit, is banned, refused or stopped, and counts once it does not know the order', async () => {
    const cases = [
      { answer: unavailable('RATE_LIMITED', true), word: NOTHING, outcome: 'CANCELLED' },
      { answer: unavailable('BANNED'), word: NOTHING, outcome: 'CANCELLED' },
      { answer: unavailable('FATAL'), word: FILLED_IN_PART, outcome: 'PARTIALLY_FILLED' },
      { answer: unavailable('UNKNOWN'), word: NOTHING, outcome: 'CANCELLED' },
    ] as const;
    const said = new Map<string, LookUpAnswer>();
    const lookUps: string[] = [];
    jest.spyOn(engine.parts.pacedVenue, 'lookUpOrder').mockImplementation(async ({ clientOrderId }) => {
      lookUps.push(clientOrderId);
      return said.get(clientOrderId) ?? unavailable('UNKNOWN');
    });
    const keepsAndCounts = async ({ answer, word, outcome }: (typeof cases)[number]): Promise<string> => {
      const fingerprint = await restingOrder();
      const { clientOrderId } = (await engine.intake.show(fingerprint))!.order!;
      const count = () => lookUps.filter((id) => id === clientOrderId).length;
      await eventually(async () => alertsOf(fingerprint).length > 0);
      said.set(clientOrderId, answer);
      const reply = await settle(fingerprint, word);
      expect(reply).toMatchObject({ accepted: true, message: expect.stringContaining('as soon as the venue answers') });
      const before = count();
      await eventually(async () => count() > before + 2);
      expect((await engine.intake.show(fingerprint))?.state).toBe('WORKING');
      expect((await engine.balances()).assets.USDT!.reserved).not.toBe('0');
      expect(alertsOf(fingerprint)).toContainEqual(expect.stringContaining('counts as soon as'));
      expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: false });
      said.set(clientOrderId, absent());
      expect(await engine.end(fingerprint)).toMatchObject({ outcome });
      return clientOrderId;
    };
    const ids = await Promise.all(cases.map(keepsAndCounts));
    for (const id of ids) await permitted(() => engine.parts.venue.cancelOrder('BTCUSDT', id));
  });

  test('gives way to the venue, which shows the order once it answers', async () => {
    const fingerprint = await restingOrder();
    const lookUps = everyLookUp(() => unavailable('BANNED'));
    await eventually(async () => alertsOf(fingerprint).length > 0);
    expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
    const { length } = lookUps.mock.calls;
    await eventually(async () => lookUps.mock.calls.length > length + 2);
    lookUps.mockRestore();
    await eventually(async () => alertsOf(fingerprint).some((text) => text.includes("the venue's answer counts")));
    expect((await engine.intake.show(fingerprint))?.state).toBe('WORKING');
    await cancelAtVenue(fingerprint);
    expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
  });

  test('does not end an order that is missing either', async () => {
    const fingerprint = await restingOrder();
    let answer = absent;
    const lookUps = everyLookUp(() => answer());
    await reachOneOf(fingerprint, 'MISSING');
    answer = () => unavailable('UNKNOWN');
    expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
    const { length } = lookUps.mock.calls;
    await eventually(async () => lookUps.mock.calls.length > length + 2);
    expect((await engine.intake.show(fingerprint))?.state).toBe('MISSING');
    answer = absent;
    expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
    jest.restoreAllMocks();
    await cancelAtVenue(fingerprint);
  });
});

test('an order that our own limits leave no room to ask about is not told as unknown', async () => {
  const fingerprint = await restingOrder();
  const lookUps = everyLookUp(() => ({
    status: 'unavailable',
    outcome: { kind: 'RATE_LIMITED', message: 'No room.' },
    isUnasked: true,
  }));
  await eventually(async () => lookUps.mock.calls.length > 8);
  expect(alertsOf(fingerprint)).toEqual([]);
  lookUps.mockRestore();
  expect(await engine.intake.cancel(fingerprint, 'enough', { who: 'user ada (1000)' })).toMatchObject({
    effect: 'cancelling',
  });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('a cancellation that the venue took is not asked for again before the venue shows the order open', async () => {
  const cancel = jest.spyOn(engine.parts.venue, 'cancelOrder');
  const fingerprint = await restingOrder();
  const lookUps = everyLookUp(() => ({ status: 'unavailable', outcome: { kind: 'UNKNOWN', message: 'Unreadable.' } }));
  await engine.intake.cancel(fingerprint, 'enough', { who: 'user ada (1000)' });
  await eventually(async () => cancel.mock.calls.length > 0);
  const { length } = lookUps.mock.calls;
  await eventually(async () => lookUps.mock.calls.length > length + 3);
  expect(cancel).toHaveBeenCalledTimes(1);
  expect(await engine.intake.show(fingerprint)).toMatchObject({ state: 'WORKING', isCancelAsked: true });
  lookUps.mockRestore();
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test.each([
  ['missing', absent],
  ['unknown', (): LookUpAnswer => ({ status: 'unavailable', outcome: { kind: 'UNKNOWN', message: 'Unreadable.' } })],
])('a word about a %s order is not believed against the venue, which shows it', async (_name, answer) => {
  const fingerprint = await restingOrder();
  const silent = everyLookUp(answer);
  await eventually(async () => alertsOf(fingerprint).length > 0);
  silent.mockRestore();
  const lookUp = engine.parts.venue.lookUpOrder.bind(engine.parts.venue);
  let word: unknown;
  jest.spyOn(engine.parts.venue, 'lookUpOrder').mockImplementation(async (...args) => {
    const found = await lookUp(...args);
    word ??= await settle(fingerprint, { filledQuantity: '0', reason: 'cancelled, I think' });
    return found;
  });
  await eventually(async () => word);
  await eventually(async () => alertsOf(fingerprint).some((text) => text.includes('cancelled, I think')));
  expect((await engine.intake.show(fingerprint))?.state).toBe('WORKING');
  await cancelAtVenue(fingerprint);
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
});

test('after a word nothing is sent, though the venue proves meanwhile that it never had the order', async () => {
  const placeOrder = jest.spyOn(engine.parts.venue, 'placeOrder').mockResolvedValueOnce({
    outcome: { kind: 'UNKNOWN', message: 'No answer.' },
    signedAtMs: Date.now(),
  });
  const unreadable: LookUpAnswer = { status: 'unavailable', outcome: { kind: 'UNKNOWN', message: 'Unreadable.' } };
  const silent = everyLookUp(() => unreadable);
  const fingerprint = await submit({ limitPrice: '1000' });
  await eventually(async () => alertsOf(fingerprint).length > 0);
  let word: unknown;
  silent.mockImplementation(async () => {
    word ??= await settle(fingerprint, NOTHING);
    return absent(60_000);
  });
  expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED' });
  expect(word).toMatchObject({ accepted: true });
  expect(placeOrder).toHaveBeenCalledTimes(1);
});

test('nobody can settle an order that the venue speaks for, and nonsense settles none', async () => {
  const fingerprint = await restingOrder();
  expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: false });
  everyLookUp(absent);
  await reachOneOf(fingerprint, 'MISSING');
  const refused: readonly unknown[] = [
    null,
    'nothing',
    {},
    { filledQuantity: '0' },
    { filledQuantity: '0', reason: ' ' },
    { filledQuantity: '-1', reason: 'x' },
    { filledQuantity: 0, reason: 'x' },
    { filledQuantity: '0.004', reason: 'x' },
    { filledQuantity: '0.004', averagePrice: '0', reason: 'x' },
    { filledQuantity: '0.004', averagePrice: '1e3', reason: 'x' },
    { filledQuantity: '0.02', averagePrice: '1000', reason: 'more than was ordered' },
    { filledQuantity: '0.004', averagePrice: '1000', fee: 'free', reason: 'x' },
    { filledQuantity: '0.01', averagePrice: '1000', fee: '99999999999999999999', reason: 'nothing holds so much' },
  ];
  for (const command of refused) expect(await settle(fingerprint, command)).toMatchObject({ accepted: false });
  expect(await settle(fingerprint, NOTHING)).toMatchObject({ accepted: true });
  await engine.end(fingerprint);
  jest.restoreAllMocks();
  await cancelAtVenue(fingerprint);
});
