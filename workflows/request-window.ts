import { setHandler } from '@temporalio/workflow';
import {
  acquire,
  acquireCommandFault,
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
import { acquireUpdate, feedbackSignal, usageQuery, type AcquireReply } from '../src/messages/rate-limiter';
import { reject } from './reject';

/**
 * Binds the rate limiter's pure rules to the workflow's time: one venue's request budget, for all processes together.
 * Every method returns at once; callers do their waiting themselves, so that a full window never blocks the workflow.
 */
export class RequestWindow {
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

/** The messages that the windows alone answer. */
export function handleWindowMessages(window: RequestWindow): void {
  setHandler(feedbackSignal, (command) => window.feedback(command), {
    description: "Takes in what the venue's answers say about its limits.",
  });
  setHandler(acquireUpdate, (command) => window.acquire(command), {
    validator: (command) => reject(acquireCommandFault(command)),
    description: 'Books a request and says when it may be sent.',
  });
  setHandler(usageQuery, () => window.usage(), { description: 'Used weight and limit of every window.' });
}
