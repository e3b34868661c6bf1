import {
  acquire,
  createRateWindow,
  feedback,
  giveBack,
  reconfigure,
  stats,
  usage,
} from '../src/domain/rate-window/rate-window';
import type { RateWindowState } from '../src/domain/rate-window/rate-window';
import type {
  AcquireCommand,
  FeedbackCommand,
  GiveBackCommand,
  GiveBackResult,
  RateLimits,
  RateStats,
  RateUsage,
} from '../src/domain/rate-window/types';
import type { AcquireReply } from '../src/messages/venue-account';

/**
 * Binds the rate limiter's pure rules to the workflow's time: one venue's request budget, for all processes together.
 * Every method returns at once; callers do their waiting themselves, so that a full window never blocks the workflow.
 */
export class Limiter {
  private window: RateWindowState;

  constructor(limits: RateLimits, carried?: RateWindowState) {
    this.window = carried ?? createRateWindow(limits);
  }

  /** What continue-as-new carries over. */
  state(): RateWindowState {
    return this.window;
  }

  configure(limits: RateLimits): void {
    this.window = reconfigure(this.window, limits);
  }

  acquire(command: AcquireCommand): AcquireReply {
    const nowMs = Date.now();
    const { state, result } = acquire(this.window, command, nowMs);
    this.window = state;
    return { ...result, answeredAtMs: nowMs, blockedUntilMs: state.blockedUntilMs };
  }

  giveBack(command: GiveBackCommand): GiveBackResult {
    const { state, result } = giveBack(this.window, command, Date.now());
    this.window = state;
    return result;
  }

  feedback(command: FeedbackCommand): void {
    this.window = feedback(this.window, command, Date.now()).state;
  }

  usage(): RateUsage {
    return usage(this.window, Date.now());
  }

  stats(): RateStats {
    return stats(this.window);
  }

  describe(): string {
    const { global, safetyMargin } = this.window.limits;
    return `Requests: ${global.limit} in ${global.windowMs / 1000} s overall, margin ${safetyMargin}.`;
  }
}
