import { setBounded } from '../domain/plain-values';
import type { Standing } from '../domain/signal-budget';

/** Names remembered beside the configured ones; the one that is unused for longest is forgotten first. */
export const STRATEGIES_KNOWN_MAX = 1_000;
/** For so long a name that was never seen before is a newcomer's. */
export const NEWCOMER_MS = 600_000;

/** The names that a process has taken signals of. Another process, or a restart, begins without. */
export class KnownStrategies {
  private readonly firstSeenAtMs = new Map<string, number>();

  /** @param configured are known from the start, and never forgotten */
  constructor(private readonly configured: ReadonlySet<string>) {}

  /** @param nowMs on the monotonic clock */
  standingOf(strategy: string, nowMs: number): Standing {
    if (this.configured.has(strategy)) return 'known';
    const firstSeenAtMs = this.firstSeenAtMs.get(strategy);
    if (firstSeenAtMs === undefined) return 'new';
    return nowMs - firstSeenAtMs < NEWCOMER_MS ? 'newcomer' : 'known';
  }

  /** A signal of this strategy was taken. @param nowMs on the monotonic clock */
  note(strategy: string, nowMs: number): void {
    if (this.configured.has(strategy)) return;
    const firstSeenAtMs = this.firstSeenAtMs.get(strategy) ?? nowMs;
    this.firstSeenAtMs.delete(strategy);
    setBounded(this.firstSeenAtMs, strategy, firstSeenAtMs, STRATEGIES_KNOWN_MAX);
  }
}
