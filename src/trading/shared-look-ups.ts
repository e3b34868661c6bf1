import type { VenueOrder } from '../domain/market';
import type { Intent } from '../domain/signal';
import type { LookUpUrgency } from '../messages/trade';
import { addPermit, withPermit, type RequestPermit } from '../venues/request-permit';
import { VenueError, type Venue } from '../venues/venue';
import type { Permits } from './permits';
import { ReadBackOff } from './read-back-off';

/** While several orders are asked about, a list leaves so long after the request before it: who comes until then shares it. */
const SPACING_MS = 2_000;
/** The same while nobody is in a hurry: all who ask are resting orders. */
const RESTING_SPACING_MS = 5_000;
/** So many who wait are a list's worth: each of them takes the place of another call of this process meanwhile. */
const WAITING_FULL = 10;
/** While that many wait, a list leaves so long after the request before it. */
const FULL_SPACING_MS = 500;
/** Pages of open orders that are read at most; who is not on them asks alone. */
const PAGES_MAX = 10;
/** Whoever asks while so many do asks alone. */
const ASKERS_MAX = 1_000;
/** How far before the oldest plan a report of final orders reaches: our measure of the venue's clock may be off. */
const REPORT_OVERLAP_MS = 10_000;

export interface OrderQuestion {
  readonly symbol: string;
  readonly clientOrderId: string;
  /** On the venue's clock: the order is not older. Absent: not known. */
  readonly sinceMs?: number;
  /** Absent: the most urgent. */
  readonly urgency?: LookUpUrgency;
}

interface Asker extends OrderQuestion {
  readonly tell: (order: VenueOrder | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/** Whose share of the limits pays for a look-up: entries that only rest leave the exits theirs. */
export function shareOf(urgency: LookUpUrgency | undefined): Intent {
  return urgency === undefined ? 'exit' : 'entry';
}

/**
 * Look-ups of several orders with one request: a list of the open orders answers for all that it shows, and a report of the
 * final ones for the others. Neither proves that the venue does not have an order. A list answers only those who asked
 * before it was sent.
 */
export class SharedLookUps {
  private waiting: Asker[] = [];
  private readonly backOff = new ReadBackOff();
  private running = false;
  /** The last request, on the monotonic clock, and about whom it was. */
  private last = { atMs: -Infinity, ids: new Set<string>() };

  constructor(
    private readonly venue: Pick<Venue, 'openOrders' | 'recentOrders'>,
    private readonly permits: Pick<Permits, 'forRead'>,
  ) {}

  /**
   * @returns the order as a list shows it; undefined: it is to be asked about alone, because no list shows it, or because
   *   nobody else asks
   * @throws VenueError when there was no room for a list, or the venue refused it
   */
  find(question: OrderQuestion): Promise<VenueOrder | undefined> {
    if (this.waiting.length >= ASKERS_MAX) return Promise.resolve(undefined);
    return new Promise((tell, fail) => {
      this.waiting.push({ ...question, tell, fail });
      if (this.running) return;
      this.running = true;
      void this.run();
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      // At most so long at once: somebody in a hurry may come meanwhile, or many.
      const leftMs = this.dueAtMs() - performance.now();
      if (leftMs > 0) await delay(Math.min(Math.ceil(leftMs), FULL_SPACING_MS));
      else await this.answer();
    }
    this.running = false;
  }

  /** One order alone waits for nobody, however often it is asked about. */
  private dueAtMs(): number {
    const isCrowded =
      this.last.ids.size > 1 || this.waiting.some(({ clientOrderId }) => !this.last.ids.has(clientOrderId));
    if (!isCrowded) return -Infinity;
    if (this.waiting.length >= WAITING_FULL) return this.last.atMs + FULL_SPACING_MS;
    const isInHurry = this.waiting.some(({ urgency }) => urgency !== 'resting');
    return this.last.atMs + (isInHurry ? SPACING_MS : RESTING_SPACING_MS);
  }

  private async answer(): Promise<void> {
    const isShared = this.waiting.length > 1;
    let askers: readonly Asker[] = [];
    try {
      const permit = isShared ? await this.mayList() : undefined;
      askers = this.take();
      const left = permit === undefined ? askers : await this.tellOpen(askers, permit);
      const alone = left.length > 1 ? await this.tellFinal(left) : left;
      if (isShared) this.backOff.succeeded();
      for (const { tell } of alone) tell(undefined);
    } catch (error) {
      if (askers.length > 0) this.backOff.failed(error);
      for (const { tell, fail } of askers.length > 0 ? askers : this.take()) {
        // One answer that cannot be read must not hide every order for ever: what was told already stays told.
        if (error instanceof VenueError && error.outcome.kind === 'UNKNOWN') tell(undefined);
        else fail(error);
      }
    }
  }

  private mayList(): Promise<RequestPermit> {
    const share = shareOfAll(this.waiting);
    this.backOff.check(share);
    return this.permits.forRead('account', share);
  }

  private take(): readonly Asker[] {
    const askers = this.waiting;
    this.waiting = [];
    this.last = { atMs: performance.now(), ids: new Set(askers.map(({ clientOrderId }) => clientOrderId)) };
    return askers;
  }

  /** @param permit of the first page. @returns whom no page shows */
  private tellOpen(askers: readonly Asker[], permit: RequestPermit): Promise<readonly Asker[]> {
    return withPermit(permit, () => this.tellPages(askers));
  }

  private async tellPages(askers: readonly Asker[]): Promise<readonly Asker[]> {
    let left = askers;
    // More pages than askers would cost more than to ask about each alone.
    const pagesMax = Math.min(PAGES_MAX, askers.length);
    for (let page = 1, cursor: string | undefined; page <= pagesMax; page += 1) {
      if (page > 1) addPermit(await this.permits.forRead('account', shareOfAll(left)));
      const { orders = [], nextCursor } = await this.venue.openOrders(cursor);
      left = tellOf(left, orders);
      if (left.length === 0 || nextCursor === undefined || nextCursor === cursor) break;
      cursor = nextCursor;
    }
    return left;
  }

  /** @returns whom the newest final orders do not show either */
  private async tellFinal(askers: readonly Asker[]): Promise<readonly Asker[]> {
    const sinceMs = Math.min(...askers.map((asker) => asker.sinceMs ?? Infinity));
    if (sinceMs === Infinity) return askers;
    const permit = await this.permits.forRead('account', shareOfAll(askers));
    const orders = await withPermit(permit, () => this.venue.recentOrders(sinceMs - REPORT_OVERLAP_MS));
    return tellOf(askers, orders);
  }
}

function shareOfAll(askers: readonly OrderQuestion[]): Intent {
  return askers.some(({ urgency }) => shareOf(urgency) === 'exit') ? 'exit' : 'entry';
}

/** @returns whom these orders do not show, or not for certain: an id that was used twice names no one order */
function tellOf(askers: readonly Asker[], orders: readonly VenueOrder[]): readonly Asker[] {
  return askers.filter(({ symbol, clientOrderId, tell }) => {
    const [order, ...others] = orders.filter((one) => one.clientOrderId === clientOrderId);
    if (order === undefined || others.length > 0 || order.symbol !== symbol) return true;
    tell(order);
    return false;
  });
}

function delay(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
