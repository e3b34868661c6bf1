import { EXTERNAL_ORDER_PREFIX } from '../src/paper-venue/faults/external-order';
import type { FaultPlan } from '../src/paper-venue/faults/fault-plan';
import type { PaperAudit } from '../src/paper-venue/http/paper-routes';
import { RET_CODES } from '../src/paper-venue/ret-codes';
import { assertInvariant } from './violation';

const REQUEST_TIMEOUT_MS = 3_000;
/** The most that the venue lists. */
const ORDERS_MAX = 10_000;

/** What the venue says of one order. Decimal strings. */
export interface AuditedOrder {
  readonly orderId: string;
  /** Empty: no client placed it. */
  readonly orderLinkId: string;
  readonly symbol: string;
  readonly side: 'Buy' | 'Sell';
  readonly reduceOnly: boolean;
  readonly qty: string;
  /** What it brought for the position; empty: nothing. */
  readonly stopLoss: string;
  readonly orderStatus: 'New' | 'PartiallyFilled' | 'Filled' | 'Cancelled' | 'Rejected';
  readonly cumExecQty: string;
  /** Empty while nothing has filled. */
  readonly avgPrice: string;
  readonly cumExecFee: string;
  readonly fills: readonly AuditedFill[];
}

/** One execution of an order. Decimal strings. */
export interface AuditedFill {
  readonly side: 'Buy' | 'Sell';
  readonly execQty: string;
  /** What of it closed a position. */
  readonly closedSize: string;
  /** Milliseconds UTC on the venue's clock, which may step; `seq` tells what came first. */
  readonly execTime: string;
  readonly seq: number;
}

/** What fetch throws for a venue that is not there, or does not answer in time. */
const CONNECTION_ERRORS: readonly string[] = ['TypeError', 'TimeoutError'];

/** Sums over every start of the venue. */
interface VenueTotals {
  readonly faults: Readonly<Record<string, number>>;
  readonly requests: number;
}

/**
 * The paper venue's own books, read from outside: the independent account that the product is compared with. Counters
 * that the venue loses when it is killed are summed up here, except for the last moment before each kill.
 */
export class VenueAuditor {
  private readonly latestByStart = new Map<number, PaperAudit>();
  private faultsFor: ((generation: number) => FaultPlan) | undefined;
  private readonly faultyStarts = new Set<number>();

  /**
   * @param isOurs whether a client id belongs to a signal that was handed in, or to an exit
   * @param checkMore what else has to hold at every moment; throws Violation
   */
  constructor(
    private readonly url: string,
    private readonly isOurs: (clientOrderId: string) => boolean,
    private readonly checkMore: (audit: PaperAudit) => void = () => undefined,
  ) {}

  /** From here on every start of the venue gets faults. */
  attackWith(faultsFor: (generation: number) => FaultPlan): void {
    this.faultsFor = faultsFor;
  }

  /** @returns whether the venue confirmed that it is free of faults */
  async heal(): Promise<boolean> {
    this.faultsFor = undefined;
    return (await this.request('POST', '/paper/faults', {})) !== undefined;
  }

  /**
   * Reads the books and checks what must hold at every moment. Gives a venue that was started again its faults.
   *
   * @returns undefined while the venue does not answer
   * @throws Violation
   */
  async observe(): Promise<PaperAudit | undefined> {
    const audit = await this.request<PaperAudit>('GET', '/paper/audit');
    if (!audit) return undefined;
    this.latestByStart.set(audit.startedAtMs, audit);
    if (this.faultsFor && !this.faultyStarts.has(audit.startedAtMs)) {
      const plan = this.faultsFor(this.faultyStarts.size);
      if (await this.request('POST', '/paper/faults', plan)) this.faultyStarts.add(audit.startedAtMs);
    }
    this.check(audit);
    return audit;
  }

  /**
   * Client ids of orders that the venue acknowledged and shows to nobody: they never existed, or it forgot them. None while
   * it does not answer.
   */
  async lostClientIds(): Promise<ReadonlySet<string>> {
    const { vanished = [], forgotten = [] } = (await this.observe())?.lostClientIds ?? {};
    return new Set([...vanished, ...forgotten]);
  }

  /** Those of the product. */
  async orders(): Promise<readonly AuditedOrder[] | undefined> {
    const listed = await this.allOrders();
    return listed?.filter(({ orderLinkId }) => orderLinkId !== '' && !orderLinkId.startsWith(EXTERNAL_ORDER_PREFIX));
  }

  /** Everybody's, and the stops of positions. */
  async allOrders(): Promise<readonly AuditedOrder[] | undefined> {
    const path = `/paper/orders?limit=${ORDERS_MAX}&stops=1`;
    return (await this.request<{ orders: readonly AuditedOrder[] }>('GET', path))?.orders;
  }

  /** Last prices by symbol, as anybody sees them. */
  async lastPrices(): Promise<ReadonlyMap<string, string>> {
    const tickers = await this.request<{ result: { list: readonly { symbol: string; lastPrice: string }[] } }>(
      'GET',
      '/v5/market/tickers?category=linear',
    );
    if (!tickers) throw new Error('The paper venue named no prices.');
    return new Map(tickers.result.list.map(({ symbol, lastPrice }) => [symbol, lastPrice]));
  }

  totals(): VenueTotals {
    const faults: Record<string, number> = {};
    let requests = 0;
    for (const audit of this.latestByStart.values()) {
      for (const [name, count] of Object.entries(audit.faultsInjected)) faults[name] = (faults[name] ?? 0) + count;
      for (const count of Object.values(audit.requestsPerEndpoint)) requests += count;
    }
    return { faults, requests };
  }

  private check(audit: PaperAudit): void {
    const { maxOrdersPerClientId, ordersPerClientId = {}, limitBreaches, duplicatesRefused, faultsInjected } = audit;
    assertInvariant(maxOrdersPerClientId <= 1, 'one order per signal', () =>
      JSON.stringify(Object.entries(ordersPerClientId).filter(([, count]) => count > 1)),
    );
    const strangers = Object.keys(ordersPerClientId).filter(
      (id) => !id.startsWith(EXTERNAL_ORDER_PREFIX) && !this.isOurs(id),
    );
    assertInvariant(strangers.length === 0, 'every order belongs to a signal', () => strangers.join(', '));
    assertInvariant(limitBreaches.total === 0, 'no limit is broken', () => JSON.stringify(limitBreaches));
    // Another venue might have accepted what this one refuses: only the network may deliver an order twice. The orders
    // that vanished are not among them: to a process that was killed before it had noted the acknowledgement, such an order
    // is rightly one that never arrived.
    const deliveredTwice = faultsInjected['duplicate_delivery'] ?? 0;
    assertInvariant(
      duplicatesRefused <= deliveredTwice,
      'no order is sent again while it may live',
      () =>
        `the venue refused ${duplicatesRefused} used client ids, and ${deliveredTwice} requests were doubled by faults`,
    );
    const unpaid = audit.rejectedByCode[RET_CODES.balanceInsufficient] ?? 0;
    assertInvariant(unpaid === 0, 'no order is sent without funds', () => `the venue refused ${unpaid}`);
    this.checkMore(audit);
  }

  private async request<Body>(method: 'GET' | 'POST', path: string, body?: object): Promise<Body | undefined> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (response.ok) return (await response.json()) as Body;
      if (response.status === 503) return undefined;
      throw new Error(`${method} ${path}: HTTP ${response.status} ${await response.text()}`);
    } catch (error) {
      // It was just killed, or is starting; every caller asks again within a bound of its own.
      // Told by name: Jest's sandbox has error classes of its own.
      if (CONNECTION_ERRORS.includes((error as Error).name)) return undefined;
      throw error;
    }
  }
}
