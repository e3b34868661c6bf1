import { cancelOrders, readOpenOrders } from '../../src/intake/open-orders';
import { createTradingStateControl } from '../../src/trading/trading-state';
import { eventually, type TestEngine } from '../support/engine';
import { permitted } from '../support/permit';
import { withTimeEnough } from '../support/time-enough';

/** Far below the market: it rests. */
const RESTING = { limitPrice: '1000' };
/** Far above it: it fills at once. */
const CROSSING = { limitPrice: '900000', amount: '0.001' };
/** That an order of the test is good for; it is made when most of them are over. */
const OWN_SECONDS = 40;
const ADA = { who: 'user ada (1000)' };

/**
 * The life of a limit order in a person's hands: options, cancellations, halts, and who ended it.
 *
 * @param running the engine that the cases share with others
 */
export function describeOrderLife(running: () => TestEngine): void {
  let engine: TestEngine;

  beforeAll(() => {
    engine = running();
  });

  afterEach(() => jest.restoreAllMocks());

  async function submit(overrides: Parameters<TestEngine['signal']>[0]): Promise<string> {
    const result = await engine.intake.submit(engine.signal(overrides));
    if (result.status !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(result)}`);
    return result.fingerprint;
  }

  async function resting(overrides: Parameters<TestEngine['signal']>[0] = {}): Promise<string> {
    const fingerprint = await submit({ ...RESTING, ...overrides });
    await eventually(async () => (await engine.intake.show(fingerprint))?.order?.venueOrderId);
    return fingerprint;
  }

  /** @param delayMs until the rest fills; no test waits for what it gets by default */
  function fillsInPart(delayMs = 60_000): void {
    const targets = [{ fault: 'partial_fill', endpoint: 'order_create', ordinal: 1, share: 0.5, delayMs }];
    engine.setFaults({ seed: 1, rate: 0, targets } as never);
  }

  test('an order that cannot fill at once ends as its option says, and the signal tells so', async () => {
    const never = await engine.trade({ ...RESTING, timeInForce: 'IOC' });
    expect(never).toMatchObject({ outcome: 'CANCELLED', endedBy: 'time_in_force', order: { filledQuantity: '0' } });
    expect(never.detail).toContain('it is IOC, and nothing of it could fill at once');
    const taking = await engine.trade({ ...CROSSING, timeInForce: 'POST_ONLY' });
    expect(taking).toMatchObject({ outcome: 'CANCELLED', endedBy: 'time_in_force' });
    expect(taking.detail).toContain('it is POST_ONLY, and it would have filled at once');
    fillsInPart();
    const whole = await engine.trade({ ...CROSSING, timeInForce: 'FOK' });
    expect(whole).toMatchObject({ outcome: 'CANCELLED', endedBy: 'time_in_force', order: { filledQuantity: '0' } });
    fillsInPart();
    const part = await engine.trade({ ...CROSSING, amount: '0.002', timeInForce: 'IOC' });
    expect(part).toMatchObject({
      outcome: 'PARTIALLY_FILLED',
      endedBy: 'time_in_force',
      order: { filledQuantity: '0.001' },
    });
    expect((await engine.settled()).assets.USDT).toMatchObject({ reserved: '0', unsettled: '0' });
  });

  test('an order with its own seconds is cancelled when they are over, by its time to live and not by the venue', async () => {
    const view = await withTimeEnough(2_000, async (lifeMs) => {
      const timestampMs = Date.now() - OWN_SECONDS * 1_000 + lifeMs;
      const ended = await engine.trade({ ...RESTING, timestampMs, goodForSeconds: OWN_SECONDS });
      return ended.sendAttempts > 0 ? ended : undefined;
    });
    expect(view).toMatchObject({ outcome: 'CANCELLED', endedBy: 'time_to_live' });
    expect(view.detail).toBe('Nothing filled: its time to live passed.');
  });

  test('an order that fills before its cancellation arrives ends FILLED, and the cancellation twice changes nothing', async () => {
    const { venue } = engine.parts.pacedVenue;
    const cancel = venue.cancelOrder.bind(venue);
    jest.spyOn(venue, 'cancelOrder').mockImplementation(async (symbol, clientOrderId) => {
      // The rest fills while the request is on its way.
      await eventually(async () => {
        const answer = await permitted(() => venue.lookUpOrder(symbol, clientOrderId));
        return answer.status === 'found' && answer.order.status === 'filled';
      });
      return cancel(symbol, clientOrderId);
    });
    const { fingerprint, answers } = await withTimeEnough(1_500, async (delayMs) => {
      fillsInPart(delayMs);
      const fingerprint = await submit({ ...CROSSING, amount: '0.002' });
      const state = await eventually(async () => {
        const shown = (await engine.intake.show(fingerprint))?.state;
        return (shown === 'WORKING' || shown === 'ENDED') && shown;
      });
      const answers = [
        await engine.intake.cancel(fingerprint, 'too late', ADA),
        await engine.intake.cancel(fingerprint, 'too late', ADA),
      ];
      const wasFilled = state === 'ENDED' || answers.some((answer) => answer?.effect === 'ended');
      return wasFilled ? undefined : { fingerprint, answers };
    });
    expect(answers).toMatchObject([{ effect: 'cancelling' }, { effect: 'cancelling' }]);
    const view = await engine.end(fingerprint);
    expect(view).toMatchObject({ outcome: 'FILLED', order: { filledQuantity: '0.002' } });
    expect(view.endedBy).toBeUndefined();
    expect(await engine.intake.cancel(fingerprint, 'again', ADA)).toMatchObject({ effect: 'ended', outcome: 'FILLED' });
  });

  test('an order that is cancelled after it filled in part says what filled, and who cancelled the rest', async () => {
    fillsInPart();
    const fingerprint = await submit({ ...CROSSING, amount: '0.002' });
    await eventually(async () => Number((await engine.intake.show(fingerprint))?.order?.filledQuantity) > 0);
    await engine.intake.cancel(fingerprint, 'enough', ADA);
    const view = await engine.end(fingerprint);
    expect(view).toMatchObject({ outcome: 'PARTIALLY_FILLED', endedBy: 'person' });
    expect(view.detail).toContain('The rest did not fill: cancelled by user ada (1000): enough.');
  });

  test('an order that somebody else cancels at the venue is told as that', async () => {
    const fingerprint = await resting();
    engine.venue.cancelOrder((await engine.intake.show(fingerprint))!.order!.clientOrderId);
    expect(await engine.end(fingerprint)).toMatchObject({ outcome: 'CANCELLED', endedBy: 'elsewhere' });
  });

  test('a halt tells what is open, and cancels all of it on request', async () => {
    const { client, ours } = engine.parts;
    const control = createTradingStateControl(client, ours);
    await engine.trade({ amount: '0.01' });
    const entry = await resting({ timeInForce: 'GTC' });
    const exit = await resting({ direction: 'SELL', intent: 'exit', limitPrice: '900000', timeInForce: 'GTC' });
    await control.change('halted', 'storm');
    const open = await readOpenOrders(client, engine.intake, ours.venue, await control.reservations());
    expect(open.orders).toEqual([
      expect.objectContaining({
        fingerprint: entry,
        stand: 'open',
        intent: 'entry',
        limitPrice: '1000',
        filledQuantity: '0',
      }),
      expect.objectContaining({
        fingerprint: exit,
        stand: 'open',
        intent: 'exit',
        direction: 'SELL',
        timeInForce: 'GTC',
      }),
    ]);
    const asked: unknown[] = [];
    const wish = { reason: 'storm', origin: { ...ADA, by: 'halt' } } as const;
    const cancelled = await cancelOrders(engine.intake, open.orders, wish, (_order, answer) =>
      asked.push(answer?.effect),
    );
    expect(asked).toEqual(['cancelling', 'cancelling']);
    expect(cancelled).toMatchObject([{ outcome: 'CANCELLED' }, { outcome: 'CANCELLED' }]);
    expect(await engine.end(entry)).toMatchObject({ endedBy: 'halt' });
    await control.change('active', 'calm');
  });

  test('on the durable road an order keeps its option', async () => {
    // No permit in hand: the short road gives up, and the durable one asks again and sends.
    const targets = [{ fault: 'throttled', endpoint: 'order_create', ordinal: 1, variant: 0 }];
    engine.setFaults({ seed: 1, rate: 0, targets } as never);
    const view = await engine.trade({ ...CROSSING, timeInForce: 'POST_ONLY' });
    expect(view).toMatchObject({ outcome: 'CANCELLED', endedBy: 'time_in_force', sendAttempts: 2 });
  });
}
