import type { ServerResponse } from 'node:http';
import type { OrderPlan } from '../../src/domain/market';
import { resolveCredentials } from '../../src/venues/ccxt/credentials';
import { createVenue } from '../../src/venues/create-venue';
import type { LimitReport, Venue } from '../../src/venues/venue';
import type { StubRequest } from '../unit/venues/stub-server';
import type { VenueStub, VenueUnderTest } from './venue-under-test';

/** Of an adapter that gives up soon. */
export const REQUEST_TIMEOUT_MS = 600;
/** Of every other: no answer of a stub is given up because the machine was slow. */
const PATIENT_TIMEOUT_MS = 30_000;

/** A fresh stub with a fresh adapter that talks to it, for each case. */
export class Bench {
  private opened: { readonly stub: VenueStub; readonly venue: Venue } | undefined;
  readonly reports: LimitReport[] = [];
  readonly plan: OrderPlan;

  constructor(private readonly underTest: VenueUnderTest) {
    this.plan = {
      symbol: underTest.symbols[0],
      direction: 'BUY',
      clientOrderId: 'client-1',
      quantity: '0.010',
      reduceOnly: false,
      asset: underTest.settleAsset,
      reserveAmount: '170',
      referencePrice: '16597.5',
    };
    beforeEach(async () => {
      const stub = await underTest.openStub();
      const venue = this.adapterAt(stub.server.url);
      this.reports.length = 0;
      this.open(stub, venue);
    });
    afterEach(async () => {
      await this.stub.server.stop();
      await this.venue.close();
    });
  }

  /** From here on the case is about an adapter that gives up after REQUEST_TIMEOUT_MS. */
  async beImpatient(): Promise<void> {
    const { stub } = this;
    await this.venue.close();
    this.open(stub, this.adapterAt(stub.server.url, REQUEST_TIMEOUT_MS));
  }

  get stub(): VenueStub {
    return this.isOpen().stub;
  }

  get venue(): Venue {
    return this.isOpen().venue;
  }

  /** Another adapter, for an address where nothing listens. The caller closes it. */
  adapterAt(baseUrl: string, requestTimeoutMs = PATIENT_TIMEOUT_MS): Venue {
    const { adapter, symbols, settleAsset } = this.underTest;
    return createVenue({
      name: adapter,
      config: {
        adapter,
        environment: 'paper',
        symbols,
        settleAsset,
        receiveWindowMs: 5_000,
        requestTimeoutMs,
      },
      baseUrl,
      permits: 'not needed',
      credentials: resolveCredentials({ venue: adapter, environment: 'paper' }),
    });
  }

  /** Answers requests of a route. */
  answer(route: string, answer: (response: ServerResponse) => void): void {
    this.stub.server.on(route, (_request, response) => answer(response));
  }

  /** Accepts every order as the venue does. */
  acceptOrders(): void {
    const { stub } = this;
    stub.server.on(stub.routes.placeOrder, (request, response) => {
      const clientOrderId = stub.clientOrderIdOf(request);
      stub.accept(response, { clientOrderId, venueOrderId: `id-of-${clientOrderId}` });
    });
  }

  /** How many requests a route got. */
  count(route: string): number {
    return this.requestsOf(route).length;
  }

  requestsOf(route: string): readonly StubRequest[] {
    return this.stub.server.requests.filter(({ method, path }) => `${method} ${path}` === route);
  }

  private open(stub: VenueStub, venue: Venue): void {
    venue.onLimitReport((report) => this.reports.push(report));
    this.opened = { stub, venue };
  }

  private isOpen(): { readonly stub: VenueStub; readonly venue: Venue } {
    if (this.opened === undefined) throw new Error('The bench is open inside a case only.');
    return this.opened;
  }
}
