import type { EndpointGroup } from '../../venues/venue';
import { SlidingWindow, type SlidingLimit } from './sliding-window';

/** The limits that the venue enforces, in the form of the configuration. */
export interface VenueLimits {
  readonly global: SlidingLimit;
  readonly endpoints: Readonly<Partial<Record<EndpointGroup, SlidingLimit>>>;
}

export type LimitScope = 'global' | EndpointGroup;

/**
 * Enforces the venue's limits as configured. A request weighs what its endpoint group says, in the group's window and
 * in the global one. The global limit is the venue's limit per address: breaking it is answered with HTTP 403 and a
 * ban; breaking a group's limit is refused with 10006.
 */
export class RequestLimits {
  readonly #global: SlidingWindow;
  readonly #groups: ReadonlyMap<EndpointGroup, SlidingWindow>;
  #bannedUntilMs = 0;

  constructor(
    private readonly limits: VenueLimits,
    private readonly banMs: number,
  ) {
    this.#global = new SlidingWindow(limits.global);
    this.#groups = new Map(
      Object.entries(limits.endpoints).flatMap(([group, rule]) =>
        rule ? [[group as EndpointGroup, new SlidingWindow(rule)] as const] : [],
      ),
    );
  }

  /** Counts a request of the address. False: the address is banned, or is banned by this request. */
  admitAddress(group: EndpointGroup, nowMs: number): boolean {
    if (nowMs < this.#bannedUntilMs) return false;
    const weight = this.#weight(group);
    if (this.#global.remaining(nowMs) < weight) {
      this.#bannedUntilMs = nowMs + this.banMs;
      return false;
    }
    this.#global.take(weight, nowMs);
    return true;
  }

  /** Counts a request of the account. False: the group's window is full. */
  admitGroup(group: EndpointGroup, nowMs: number): boolean {
    const window = this.#groups.get(group);
    if (!window) return true;
    const weight = this.#weight(group);
    if (window.remaining(nowMs) < weight) return false;
    window.take(weight, nowMs);
    return true;
  }

  /**
   * The limit headers of every reply, in weight. The reset is the instant at which the next request fits.
   *
   * @param clockOffsetMs the venue's clock minus the machine's
   */
  headers(group: EndpointGroup, nowMs: number, clockOffsetMs: number): Record<string, string> {
    const window = this.#groups.get(group) ?? this.#global;
    const resetAtMs = window.fitsAtMs(this.#weight(group), nowMs);
    return {
      'X-Bapi-Limit': String(window.limit),
      'X-Bapi-Limit-Status': String(window.remaining(nowMs)),
      'X-Bapi-Limit-Reset-Timestamp': String(resetAtMs + clockOffsetMs),
    };
  }

  #weight(group: EndpointGroup): number {
    return (this.limits.endpoints[group] ?? this.limits.global).weight;
  }
}
