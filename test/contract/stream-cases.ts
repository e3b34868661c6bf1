import type { VenueOrder } from '../../src/domain/market';
import { OrderObserver } from '../../src/trading/order-observer';
import { RestingOrders } from '../../src/trading/resting-orders';
import { StreamHints } from '../../src/trading/stream-hints';
import { goodPermit } from '../support/permit';
import type { Bench } from './bench';
import type { NumberedCases } from './numbered-cases';
import type { StreamStub } from './stream-stub';
import type { VenueUnderTest } from './venue-under-test';

/** What is written and read on sockets in between takes its own time. */
const IO_MAX_MS = 20_000;
const IO_MS = 2;
/** Time passes in such steps: longer ones would end requests that nobody had time to answer. */
const STEP_MS = 100;
/** Shorter than the pause after keys were refused. */
const REFUSED_MS = 50_000;

const realSetTimeout = setTimeout;

/** Before every order of the samples. */
const SIGNED_AT_MS = 1_600_000_000_000;

/** What the suite's own clock drives, while sockets go on by themselves. */
const FAKE_CLOCK = { doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'hrtime', 'Date'] as const };

/** An adapter that listens, an observer that goes by it, and the venue's order that it waits for. */
class Listening {
  readonly stream: StreamStub;
  readonly hints: StreamHints;
  readonly resting: RestingOrders;
  private readonly observer: OrderObserver;
  result: VenueOrder | 'left' | undefined;

  constructor(private readonly bench: Bench) {
    this.stream = bench.stub.openStream();
    this.hints = new StreamHints(bench.venue.stream);
    this.resting = new RestingOrders(this.hints);
    const permits = { forRead: async () => goodPermit() } as never;
    this.observer = new OrderObserver(bench.venue, permits, 'entry', this.hints, this.resting);
    bench.answer(bench.stub.routes.recentOrders, (response) => bench.stub.replyOrders(response, []));
  }

  async start(): Promise<void> {
    await this.bench.venue.time();
    jest.useFakeTimers({ doNotFake: [...FAKE_CLOCK.doNotFake] });
    this.bench.venue.stream?.start();
    await this.until(() => this.hints.isTrusted);
  }

  watch(): void {
    const seen = this.observer.observe(this.bench.plan.clientOrderId, SIGNED_AT_MS);
    void seen.then((order) => (this.result = order ?? 'left'));
  }

  /** A request has shown the order as open. */
  rest(): void {
    const { symbol, clientOrderId, quantity } = this.bench.plan;
    const instants = { createdAtMs: SIGNED_AT_MS, updatedAtMs: SIGNED_AT_MS };
    const order = { symbol, clientOrderId, venueOrderId: 'v', quantity, filledQuantity: '0', ...instants };
    this.resting.keep({ ...order, status: 'open', averagePrice: '0', fee: '0' }, performance.now());
  }

  /** From now on the venue's list shows the order as filled. */
  fill(row: object): void {
    const { bench } = this;
    bench.answer(bench.stub.routes.recentOrders, (response) => bench.stub.replyOrders(response, [row]));
  }

  get reports(): number {
    return this.bench.count(this.bench.stub.routes.recentOrders);
  }

  /**
   * Lets sockets be read until it is so.
   * @param stepMs how much time passes meanwhile, again and again
   * @throws Error after a while
   */
  async until(isSo: () => boolean, stepMs = 0): Promise<void> {
    const beganAtNs = process.hrtime.bigint();
    while (!isSo()) {
      if (Number(process.hrtime.bigint() - beganAtNs) > IO_MAX_MS * 1e6) throw new Error('It did not come to that.');
      await this.step(stepMs);
    }
  }

  /** Lets time pass, and sockets be read. */
  async pass(durationMs: number): Promise<void> {
    for (let leftMs = durationMs; leftMs > 0; leftMs -= STEP_MS) await this.step(Math.min(leftMs, STEP_MS));
  }

  private async step(durationMs: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(durationMs);
    await new Promise((resolve) => realSetTimeout(resolve, IO_MS));
  }

  end(): void {
    this.bench.venue.stream?.close();
    jest.useRealTimers();
    this.stream.close();
  }
}

/** Group 8: the private stream is a hint. Whatever it does, an order is settled by a request, and nothing but time is lost. */
export function addStreamCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const filled = venue.orders.find(({ expected }) => expected.status === 'filled')?.row ?? {};
  const add = (number: string, sentence: string, run: (listening: Listening) => Promise<void>): void =>
    cases.add(number, sentence, async () => {
      const listening = new Listening(bench);
      try {
        await listening.start();
        await run(listening);
      } finally {
        listening.end();
      }
    });
  const id = (): string => bench.plan.clientOrderId;

  add('VA-90', 'what filled in a gap is found by the list that follows the gap', async (listening) => {
    listening.rest();
    listening.stream.drop();
    await listening.until(() => !listening.hints.isTrusted);
    listening.fill(filled);
    await listening.until(() => listening.reports === 1, STEP_MS);
    await listening.until(() => listening.resting.recall(id())?.status === 'filled');
  });

  add('VA-91', 'a hint that never comes costs time: the back-stop asks', async (listening) => {
    listening.fill(filled);
    listening.watch();
    await listening.pass(1_000);
    expect(listening.reports).toBe(0);
    await listening.until(() => listening.result !== undefined, STEP_MS);
    expect(listening.result).toMatchObject({ clientOrderId: id(), status: 'filled' });
  });

  add('VA-92', 'hints that come twice and out of order take one request', async (listening) => {
    listening.watch();
    listening.fill(filled);
    for (const state of ['filled', 'filled', 'open'] as const) listening.stream.tell(id(), state);
    await listening.until(() => listening.result !== undefined);
    await listening.pass(5_000);
    expect(listening.result).toMatchObject({ clientOrderId: id(), status: 'filled' });
    expect(listening.reports).toBe(1);
  });

  add('VA-93', 'a stream that answers no ping is not waited for', async (listening) => {
    listening.stream.answerPings(false);
    await listening.pass(20_000);
    await listening.until(() => listening.stream.pings === 1);
    expect(listening.hints.isTrusted).toBe(true);
    await listening.pass(10_000);
    expect(listening.hints.isTrusted).toBe(false);
  });

  add('VA-94', "a hint before the answer to the order's own request is not lost", async (listening) => {
    listening.fill(filled);
    const { stub } = bench;
    stub.server.on(stub.routes.placeOrder, (request, response) => {
      listening.stream.tell(stub.clientOrderIdOf(request), 'filled');
      void listening
        .until(() => listening.hints.of(id()) !== undefined)
        .then(() => stub.accept(response, { clientOrderId: id(), venueOrderId: `id-of-${id()}` }));
    });
    const { outcome } = await bench.venue.placeOrder(bench.plan);
    expect(outcome.kind).toBe('PLACED');
    listening.watch();
    await listening.until(() => listening.result !== undefined);
    expect(listening.result).toMatchObject({ clientOrderId: id(), status: 'filled' });
    expect(listening.reports).toBe(1);
  });

  add(
    'VA-95',
    'a session that ends and is refused is not live, and is again when the keys are taken',
    async (listening) => {
      listening.stream.refuseKeys(true);
      listening.stream.drop();
      await listening.until(() => !listening.hints.isTrusted);
      await listening.until(() => listening.stream.refusals > 0, STEP_MS);
      listening.stream.refuseKeys(false);
      await listening.pass(REFUSED_MS);
      expect(listening.hints.isTrusted).toBe(false);
      await listening.until(() => listening.hints.isTrusted, STEP_MS);
      expect(listening.stream.refusals).toBe(1);
    },
  );
}
