import type { WindowLimit } from '../../domain/limiter/types';
import type { EndpointGroup } from '../../venues/venue';
import { SlidingWindow } from './sliding-window';

/** The limits that the venue enforces, in the form of the configuration. */
export interface VenueLimits {
  readonly global: WindowLimit;
  readonly endpoints: Readonly<Partial<Record<EndpointGroup, WindowLimit>>>;
}

export type LimitScope = 'global' | EndpointGroup;

/**
 * Enforces the venue's limits as configured. A request weighs what its endpoint group says, in every window of the group
 * and in every global one. The global limit is the venue's limit per address: breaking it is answered with HTTP 403 and a
 * ban; breaking a group's limit is refused with 10006.
 */
export class RequestLimits {
  readonly #global: readonly SlidingWindow[];
  readonly #groups: ReadonlyMap<EndpointGroup, readonly SlidingWindow[]>;
  #bannedUntilMs = 0;

  constructor(
    private readonly limits: VenueLimits,
    private readonly banMs: number,
  ) {
    this.#global = windowsOf(limits.global);
    this.#groups = new Map(
      Object.entries(limits.endpoints).flatMap(([group, limit]) =>
        limit ? [[group as EndpointGroup, windowsOf(limit)] as const] : [],
      ),
    );
  }

  /** Counts a request of the address. False: the address is banned, or is banned by this request. */
  admitAddress(group: EndpointGroup, nowMs: number): boolean {
    if (nowMs < this.#bannedUntilMs) return false;
    if (take(this.#global, this.#weight(group), nowMs)) return true;
    this.#bannedUntilMs = nowMs + this.banMs;
    return false;
  }

  /** Counts a request of the account. False: one of the group's windows is full. */
  admitGroup(group: EndpointGroup, nowMs: number): boolean {
    return take(this.#groups.get(group) ?? [], this.#weight(group), nowMs);
  }

  /**
   * The limit headers of every reply, in requests of the group's usual weight: of its shortest window, as the venue counts.
   * The reset is the instant at which the next request fits there.
   *
   * @param clockOffsetMs the venue's clock minus the machine's
   */
  headers(group: EndpointGroup, nowMs: number, clockOffsetMs: number): Record<string, string> {
    const window = shortest(this.#groups.get(group) ?? this.#global);
    const weight = this.#weight(group);
    return {
      'X-Bapi-Limit': String(Math.floor(window.limit / weight)),
      'X-Bapi-Limit-Status': String(Math.floor(window.remaining(nowMs) / weight)),
      'X-Bapi-Limit-Reset-Timestamp': String(window.fitsAtMs(weight, nowMs) + clockOffsetMs),
    };
  }

  #weight(group: EndpointGroup): number {
    return (this.limits.endpoints[group] ?? this.limits.global).weight;
  }
}

function windowsOf(limit: WindowLimit): readonly SlidingWindow[] {
  return [limit, ...(limit.also ?? [])].map((window) => new SlidingWindow(window));
}

/** Counts in all of them, or, where one has no room, in none. */
function take(windows: readonly SlidingWindow[], weight: number, nowMs: number): boolean {
  if (windows.some((window) => window.remaining(nowMs) < weight)) return false;
  for (const window of windows) window.take(weight, nowMs);
  return true;
}

function shortest(windows: readonly SlidingWindow[]): SlidingWindow {
  return windows.reduce((least, window) => (window.windowMs < least.windowMs ? window : least));
}
