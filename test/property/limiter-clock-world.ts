/**
 * The limiter on a clock that is put back and ahead, in a world that knows what time it really is: callers wait for real
 * spans, ask once more before they send, and the venue counts what reaches it in real time.
 */
import * as fc from 'fast-check';
import { createLimiter } from '../../src/domain/limiter/limiter';
import type { LimiterState } from '../../src/domain/limiter/limiter';
import type { AcquireCommand, RateLimits } from '../../src/domain/limiter/types';
import type { Intent } from '../../src/domain/signal';
import { LIMITS, type Reducers } from './limiter-model';
import { COMMANDS_PER_RUN_MAX, Tally } from './scale';

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 315_576_000_000;
const START_MS = 1_700_000_000_000;

interface Request {
  readonly endpoint: string;
  readonly weight: number;
  readonly intent: Intent;
  readonly strategy?: string;
  /** Uses its permit as late as it may, not as early. */
  readonly isLate: boolean;
}

interface Waiting extends Request {
  readonly name: number;
  round: number;
  wakesAtMs: number;
}

interface Sent extends Request {
  readonly atMs: number;
}

export interface ClockStep {
  /** Real time. */
  readonly passedMs: number;
  /** Then the clock is put back by so much, or to where it is so far ahead of real time. */
  readonly clock: { readonly backMs: number } | { readonly aheadMs: number } | undefined;
  readonly asks: readonly Request[];
  readonly block?: { readonly kind: 'rate_limited' | 'banned'; readonly spanMs: number };
  /** Everyone who waits asks at once, as timers do that go by the clock that was put ahead. */
  readonly allAsk: boolean;
}

export class ClockWorld {
  state: LimiterState;
  /** Real time. */
  nowMs = 0;
  aheadMs = START_MS;
  waiting: Waiting[] = [];
  sent: Sent[] = [];
  asked = 0;
  private names = 0;

  constructor(
    readonly limits: RateLimits,
    private readonly reducers: Pick<Reducers, 'acquire' | 'feedback'>,
  ) {
    this.state = createLimiter(limits);
  }

  get clockMs(): number {
    return this.nowMs + this.aheadMs;
  }

  get longestSpanMs(): number {
    const { global, endpoints, permitValidityMs } = this.limits;
    return permitValidityMs + Math.max(...[global, ...Object.values(endpoints)].map(({ windowMs }) => windowMs));
  }

  /** Below it a step ahead cannot be told from time that passed. */
  get gapMs(): number {
    return Math.max(90_000, this.longestSpanMs + 30_000);
  }

  pass(passedMs: number): void {
    const untilMs = this.nowMs + passedMs;
    for (let next = this.next(); next && next.wakesAtMs <= untilMs; next = this.next()) this.wake(next);
    this.nowMs = untilMs;
  }

  putClock(clock: NonNullable<ClockStep['clock']>): void {
    const byMs = 'backMs' in clock ? -clock.backMs : START_MS + clock.aheadMs - this.aheadMs;
    if (byMs <= 0 || byMs > this.gapMs) this.aheadMs += byMs;
  }

  act({ asks, block, allAsk }: ClockStep): void {
    if (allAsk) for (const one of this.waiting) this.ask(one);
    for (const request of asks) {
      this.names += 1;
      const one = { ...request, name: this.names, round: 0, wakesAtMs: this.nowMs };
      this.waiting.push(one);
      this.ask(one);
    }
    if (block) {
      const command = { endpoint: 'order', kind: block.kind, observedAtMs: 0, resumeAfterMs: block.spanMs };
      this.state = this.reducers.feedback(this.state, command, this.clockMs).state;
    }
  }

  /** What a light exit would be told now. Nothing is kept of it. */
  probe(): { readonly state: LimiterState; readonly waitMs: number } {
    const command: AcquireCommand = { requestId: 'probe', endpoint: 'market', weight: 1, intent: 'exit' };
    const { state, result } = this.reducers.acquire(this.state, command, this.clockMs);
    return { state, waitMs: result.status === 'granted' ? result.notBeforeMs - this.clockMs : Infinity };
  }

  /** Lets real time pass until nobody waits, or `asksMax` questions were asked. */
  settle(asksMax: number): void {
    const endAt = this.asked + asksMax;
    for (let next = this.next(); next && this.asked < endAt; next = this.next()) this.wake(next);
  }

  private next(): Waiting | undefined {
    return this.waiting.toSorted((a, b) => a.wakesAtMs - b.wakesAtMs)[0];
  }

  private wake(one: Waiting): void {
    this.nowMs = Math.max(this.nowMs, one.wakesAtMs);
    this.ask(one);
  }

  private ask(one: Waiting): void {
    const { name, endpoint, weight, intent, strategy, isLate } = one;
    this.asked += 1;
    const command = { requestId: `${name}:${one.round}`, endpoint, weight, intent, strategy };
    const { state, result } = this.reducers.acquire(this.state, command, this.clockMs);
    this.state = state;
    if (result.status === 'refused') throw new Error(`Unexpectedly refused: ${result.message}`);
    const startMs = Math.max(result.notBeforeMs, state.blockedUntilMs);
    if (startMs > this.clockMs) {
      one.wakesAtMs = this.nowMs + startMs - this.clockMs;
    } else if (result.expiresAtMs < this.clockMs) {
      one.round += 1;
      this.ask(one);
    } else {
      const lateMs = isLate ? result.expiresAtMs - this.clockMs : 0;
      this.sent.push({ endpoint, weight, intent, isLate, atMs: this.nowMs + lateMs });
      this.waiting = this.waiting.filter((other) => other !== one);
    }
  }
}

type Check = (world: ClockWorld, before: LimiterState) => void;

const atMost = (actual: number, bound: number): void => {
  if (actual > bound) throw new Error(`${actual} is more than ${bound}`);
};
const leftOf = ({ blockedUntilMs }: LimiterState, atMs: number): number => Math.max(0, blockedUntilMs - atMs);

/** After every step; `before` is the state when the clock was last seen before it was put. */
const AFTER_STEP: Record<string, Check> = {
  'C1 no real window at the venue exceeds its limit': ({ limits, sent }) => {
    const rules = [['global', limits.global] as const, ...Object.entries(limits.endpoints)];
    for (const [name, { limit, windowMs }] of rules) {
      const counted = sent.filter(({ endpoint }) => name === 'global' || endpoint === name);
      for (const { atMs } of counted) {
        const within = counted.filter((one) => one.atMs >= atMs && one.atMs < atMs + windowMs);
        atMost(total(within), Math.floor(limit * limits.exitSafetyMargin));
        atMost(total(within.filter(({ intent }) => intent === 'entry')), Math.floor(limit * limits.safetyMargin));
      }
    }
  },
  'C2 an exit waits no more than a span longer than what was booked and blocked': (world, before) => {
    const lastMs = Math.max(before.clockMs, ...before.global.map(({ atMs }) => atMs));
    const knownMs = Math.max(lastMs - before.clockMs, leftOf(before, before.clockMs));
    atMost(world.probe().waitMs, knownMs + world.longestSpanMs);
  },
  'C3 a block lasts for what was left of it': (world, before) => {
    const passedMs = Math.max(0, world.clockMs - before.clockMs);
    const leftMs = Math.max(0, leftOf(before, before.clockMs) - passedMs);
    const actualMs = leftOf(world.probe().state, world.clockMs);
    if (actualMs !== leftMs) throw new Error(`${actualMs} ms are left of it, not ${leftMs}`);
  },
};
const AT_END = 'C4 everyone is sent in the end';
export const CLOCK_CHECKS = [...Object.keys(AFTER_STEP), AT_END];
/** How often each of those who wait may ask until they are sent. */
const ASKS_PER_WAITING_MAX = 20;

function total(sent: readonly Sent[]): number {
  return sent.reduce((sum, { weight }) => sum + weight, 0);
}

function checkAll(names: readonly string[], check: (name: string) => void): void {
  for (const name of names) {
    try {
      check(name);
    } catch (error) {
      throw new Error(`${name}: ${String(error)}`, { cause: error });
    }
  }
}

/** Windows of some milliseconds, and of minutes: longer than the shortest gap that there is. */
const UNITS_MS = [1, 10_000];

function scaled(unitMs: number): RateLimits {
  const { endpoints, global, permitValidityMs, ...margins } = LIMITS[0]!;
  const scale = (rule: RateLimits['global']) => ({ ...rule, windowMs: rule.windowMs * unitMs });
  return {
    ...margins,
    global: scale(global),
    endpoints: Object.fromEntries(Object.entries(endpoints).map(([name, rule]) => [name, scale(rule)])),
    permitValidityMs: permitValidityMs * unitMs,
  };
}

const request: fc.Arbitrary<Request> = fc.record({
  endpoint: fc.constantFrom('order', 'order', 'market', 'default'),
  weight: fc.integer({ min: 1, max: 3 }),
  intent: fc.constantFrom('entry' as const, 'exit' as const),
  strategy: fc.constantFrom(undefined, 'flood', 'flood', 'honest', 'other'),
  isLate: fc.boolean(),
});

function stepArbitrary(unitMs: number): fc.Arbitrary<ClockStep> {
  const units = (max: number) => fc.nat(max).map((count) => count * unitMs);
  const never = fc.constant(undefined);
  return fc.record({
    passedMs: fc.oneof(
      { weight: 6, arbitrary: units(3) },
      { weight: 3, arbitrary: units(15) },
      { weight: 1, arbitrary: fc.integer({ min: 100_000, max: 700_000 }) },
    ),
    clock: fc.oneof(
      { weight: 6, arbitrary: never },
      { weight: 1, arbitrary: units(50).map((backMs) => ({ backMs })) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(0, HOUR_MS, -HOUR_MS, TEN_YEARS_MS, -TEN_YEARS_MS).map((aheadMs) => ({ aheadMs })),
      },
    ),
    asks: fc.array(request, { maxLength: 4 }),
    block: fc.option(
      fc.record({ kind: fc.constantFrom('rate_limited' as const, 'banned' as const), spanMs: units(60) }),
      { nil: undefined, freq: 8 },
    ),
    allAsk: fc.boolean(),
  });
}

/** Whatever the clock does, the named invariants hold. */
export function clockProperty(
  reducers: Pick<Reducers, 'acquire' | 'feedback'>,
  checks: readonly string[],
  tally: Tally = new Tally(),
) {
  const history = fc
    .constantFrom(...UNITS_MS)
    .chain((unitMs) =>
      fc.tuple(
        fc.constant(unitMs),
        fc.array(stepArbitrary(unitMs), { maxLength: COMMANDS_PER_RUN_MAX.limiterClock, size: '+1' }),
      ),
    );
  return fc.property(history, ([unitMs, steps]) => {
    tally.runs += 1;
    const world = new ClockWorld(scaled(unitMs), reducers);
    world.act({ passedMs: 0, clock: undefined, asks: [], block: { kind: 'banned', spanMs: unitMs }, allAsk: false });
    for (const step of steps) {
      tally.commands += 1;
      world.pass(step.passedMs);
      const before = world.state;
      if (step.clock) world.putClock(step.clock);
      checkAll(checks, (name) => name !== AT_END && !name.startsWith('C1') && AFTER_STEP[name]?.(world, before));
      world.act(step);
      checkAll(checks, (name) => name.startsWith('C1') && AFTER_STEP[name]?.(world, before));
    }
    if (!checks.includes(AT_END)) return;
    world.settle(100 + ASKS_PER_WAITING_MAX * world.waiting.length);
    if (world.waiting.length > 0) throw new Error(`${AT_END}: ${world.waiting.length} still wait`);
  });
}
