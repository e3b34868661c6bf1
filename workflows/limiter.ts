import type { AccountRules } from '../src/domain/account-rules';
import { blockOf, type LimiterState } from '../src/domain/limiter/limiter';
import type {
  AcquireCommand,
  Block,
  FeedbackCommand,
  GiveBackCommand,
  GiveBackResult,
  RateLimits,
  RateStats,
  RateUsage,
  WindowUsage,
} from '../src/domain/limiter/types';
import type { AcquireReply } from '../src/messages/venue-account';

/**
 * Binds the rate limiter's pure rules to the workflow's time: one venue's request budget, for all processes together.
 * Every method returns at once; callers do their waiting themselves, so that a full window never blocks the workflow.
 */
export class Limiter {
  private current: LimiterState;

  constructor(
    private readonly rules: AccountRules['limiter'],
    limits: RateLimits,
    carried?: LimiterState,
  ) {
    this.current = carried ?? rules.createLimiter(limits);
  }

  /** What continue-as-new carries over. */
  state(): LimiterState {
    return this.current;
  }

  configure(limits: RateLimits): void {
    this.current = this.rules.reconfigure(this.current, limits);
  }

  acquire(command: AcquireCommand): AcquireReply {
    const nowMs = Date.now();
    const { state, result } = this.rules.acquire(this.current, command, nowMs);
    this.current = state;
    return { ...result, answeredAtMs: nowMs, blockedUntilMs: state.blockedUntilMs };
  }

  giveBack(command: GiveBackCommand): GiveBackResult {
    const { state, result } = this.rules.giveBack(this.current, command, Date.now());
    this.current = state;
    return result;
  }

  feedback(command: FeedbackCommand): void {
    this.current = this.rules.feedback(this.current, command, Date.now()).state;
  }

  usage(): RateUsage {
    return this.rules.usage(this.current, Date.now());
  }

  /** For health alone, so that today's words do for a state of any rules. */
  block(): Block {
    return blockOf(this.current, Date.now());
  }

  stats(): RateStats {
    return this.rules.stats(this.current);
  }

  describe(): string {
    const { global, endpoints, blockedUntilMs } = this.usage();
    const { safetyMargin } = this.current.limits;
    const words = ({ used, limit, windowMs }: WindowUsage) => `${used} of ${limit} in ${windowMs / 1000} s`;
    const groups = Object.entries(endpoints).map(([name, usage]) => `- ${name}: ${words(usage)}`);
    const until = blockedUntilMs > Date.now() ? ` **None before ${new Date(blockedUntilMs).toISOString()}.**` : '';
    const lines = [`Requests: ${words(global)} overall, margin ${safetyMargin}.${until}`, ...groups];
    return lines.join('\n');
  }
}
