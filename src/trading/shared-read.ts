import type { Intent } from '../domain/signal';
import { addPermit, withPermit, type RequestPermit } from '../venues/request-permit';
import { ReadBackOff } from './read-back-off';

interface UnderWay<Value> {
  /** It has its permit: nobody would be faster. */
  hasLeft: boolean;
  readonly value: Promise<Value>;
}

export interface SharedReadOptions<Value> {
  /** How old a value may be that is given out. */
  readonly ageMaxMs: () => number;
  /** Waits for the permit of one request in the share of who needs it. @throws NoPermitError */
  readonly mayAsk: (intent: Intent) => Promise<RequestPermit>;
  /** @param mayAskMore awaited before every request but the first */
  readonly fetch: (mayAskMore: () => Promise<void>) => Promise<Value>;
}

/**
 * One value with an age on the monotonic clock, fetched once for all who ask at the same time. What serves an exit never waits
 * behind entries for a permit: it joins a request of theirs that has left, and otherwise makes one in the exits' share, which
 * the entries join.
 */
export class SharedRead<Value> {
  private latest: { readonly value: Value; readonly requestedAtMs: number } | undefined;
  private readonly underWay = new Map<Intent, UnderWay<Value>>();
  private readonly backOff = new ReadBackOff();

  constructor(private readonly options: SharedReadOptions<Value>) {}

  /** How old the newest value is, milliseconds; undefined: there is none. */
  get ageMs(): number | undefined {
    return this.latest && performance.now() - this.latest.requestedAtMs;
  }

  /** @throws VenueError */
  async get(intent: Intent): Promise<Value> {
    const { latest } = this;
    if (latest !== undefined && performance.now() - latest.requestedAtMs <= this.options.ageMaxMs()) {
      return latest.value;
    }
    const ofEntries = this.underWay.get('entry');
    if (intent === 'entry') return (this.underWay.get('exit') ?? ofEntries ?? this.begin(intent)).value;
    if (ofEntries?.hasLeft !== true) return (this.underWay.get('exit') ?? this.begin(intent)).value;
    try {
      return await ofEntries.value;
    } catch {
      // The entries back off after it; an exit may still try by itself.
      return (this.underWay.get('exit') ?? this.begin(intent)).value;
    }
  }

  private begin(intent: Intent): UnderWay<Value> {
    this.backOff.check(intent);
    const read: { hasLeft: boolean; value?: Promise<Value> } = { hasLeft: false };
    const value = this.read(intent, () => (read.hasLeft = true)).finally(() => this.underWay.delete(intent));
    const begun = Object.assign(read, { value });
    this.underWay.set(intent, begun);
    return begun;
  }

  private async read(intent: Intent, left: () => void): Promise<Value> {
    const { mayAsk, fetch } = this.options;
    try {
      const permit = await mayAsk(intent);
      left();
      // The age counts from the request: what the answer describes is not younger than that.
      const requestedAtMs = performance.now();
      const value = await withPermit(permit, () => fetch(async () => addPermit(await mayAsk(intent))));
      this.latest = { value, requestedAtMs };
      this.backOff.succeeded();
      return value;
    } catch (error) {
      this.backOff.failed(error);
      throw error;
    }
  }
}
