import type * as real from '../../src/domain/limiter/limiter';
import type { LimiterState } from '../../src/domain/limiter/limiter';
import type { AcquireCommand, FeedbackCommand, RateLimits, Window } from '../../src/domain/limiter/types';
import type { Intent } from '../../src/domain/signal';

/** Small enough that every instant can be tried. Margins: 3 of 4 for entries, all for exits. */
export const LIMITS: readonly RateLimits[] = [
  {
    global: { limit: 8, windowMs: 10, weight: 1 },
    endpoints: { order: { limit: 4, windowMs: 7, weight: 2 }, market: { limit: 5, windowMs: 12, weight: 1 } },
    safetyMargin: 0.75,
    exitSafetyMargin: 1,
    permitValidityMs: 3,
  },
  {
    global: { limit: 6, windowMs: 14, weight: 1 },
    endpoints: { order: { limit: 3, windowMs: 11, weight: 1 }, account: { limit: 2, windowMs: 5, weight: 1 } },
    safetyMargin: 0.7,
    exitSafetyMargin: 0.9,
    permitValidityMs: 3,
  },
  {
    global: { limit: 9, windowMs: 16, weight: 1, also: [{ limit: 5, windowMs: 4 }] },
    endpoints: {
      order: {
        limit: 8,
        windowMs: 13,
        weight: 2,
        also: [
          { limit: 4, windowMs: 3 },
          { limit: 6, windowMs: 6 },
        ],
      },
      market: { limit: 3, windowMs: 4, weight: 1, also: [{ limit: 5, windowMs: 15 }] },
    },
    safetyMargin: 0.75,
    exitSafetyMargin: 1,
    permitValidityMs: 2,
  },
];
const FIRST = LIMITS[0] as RateLimits;

export type Op =
  | {
      kind: 'acquire';
      request: number;
      endpoint: string;
      weight?: number;
      intent: Intent;
      strategy?: string;
      /** Said as an instant, as a span, or both. */
      patienceMs?: number;
      waitMaxMs?: number;
    }
  | { kind: 'giveBack'; request: number }
  | {
      kind: 'feedback';
      endpoint: string;
      says: FeedbackCommand['kind'];
      remaining?: number;
      resumeInMs: number;
      /** How far the sender's clock is ahead of the limiter's. */
      senderAheadMs: number;
      /** The span is named as such, and the instants say something else. */
      bySpan: boolean;
    }
  | { kind: 'reconfigure'; limits: number };

export type Reducers = Pick<typeof real, 'acquire' | 'feedback' | 'giveBack' | 'reconfigure'>;

export function toAcquire(op: Extract<Op, { kind: 'acquire' }>, nowMs: number): AcquireCommand {
  const { request, endpoint, weight, intent, strategy, patienceMs, waitMaxMs } = op;
  return {
    requestId: `request-${request}`,
    endpoint,
    intent,
    ...(weight === undefined ? {} : { weight }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(patienceMs === undefined ? {} : { notAfterMs: nowMs + patienceMs }),
    ...(waitMaxMs === undefined ? {} : { waitMaxMs }),
  };
}

export function run(
  reducers: Reducers,
  state: LimiterState,
  op: Op,
  nowMs: number,
): { state: LimiterState; result: object } {
  switch (op.kind) {
    case 'acquire':
      return reducers.acquire(state, toAcquire(op, nowMs), nowMs);
    case 'giveBack':
      return reducers.giveBack(state, { requestId: `request-${op.request}` }, nowMs);
    case 'feedback': {
      const observedAtMs = nowMs + op.senderAheadMs;
      const resume = op.bySpan
        ? { resumeAfterMs: op.resumeInMs, resumeAtMs: observedAtMs + 1_000 }
        : { resumeAtMs: observedAtMs + op.resumeInMs };
      const remaining = op.remaining === undefined ? {} : { remaining: op.remaining };
      const command = { endpoint: op.endpoint, kind: op.says, observedAtMs, ...resume, ...remaining };
      return reducers.feedback(state, command, nowMs);
    }
    case 'reconfigure':
      return { state: reducers.reconfigure(state, LIMITS[op.limits] ?? FIRST), result: {} };
  }
}

interface Sent {
  /** Absent: not ours. */
  request?: number;
  atMs: number;
  weight: number;
  endpoint: string;
  intent: Intent;
  /** Of an entry that has one. */
  strategy?: string;
  /** Counted by the venue, but not sent by us. */
  isForeign: boolean;
}

/** Remembers everything, and finds by trying. */
export class RateModel {
  limits: RateLimits;
  clockMs = 1_000;
  blockedUntilMs = 0;
  penaltiesInRow = 0;
  sent: Sent[] = [];
  answers = new Map<number, string>();
  isReconfigured = false;

  /** @param limits which of LIMITS */
  constructor(limits = 0) {
    this.limits = LIMITS[limits] ?? FIRST;
  }

  /** The clock shows another time. Where it went back, all that was known keeps its age. */
  see(nowMs: number): void {
    const byMs = Math.min(0, nowMs - this.clockMs);
    this.clockMs = nowMs;
    if (byMs === 0) return;
    if (this.blockedUntilMs > 0) this.blockedUntilMs = Math.max(0, this.blockedUntilMs + byMs);
    this.sent = this.sent.map((one) => ({ ...one, atMs: one.atMs + byMs }));
    for (const [request, text] of this.answers) {
      const answer = JSON.parse(text) as { notBeforeMs: number; expiresAtMs: number };
      const moved = { notBeforeMs: answer.notBeforeMs + byMs, expiresAtMs: answer.expiresAtMs + byMs };
      this.answers.set(request, JSON.stringify({ ...answer, ...moved }));
    }
  }

  /** It was given back, or gave way: it will not be sent at its instant. */
  forget(request: number): void {
    this.answers.delete(request);
    const index = this.sent.findLastIndex((one) => one.request === request);
    this.sent.splice(index, 1);
  }

  rules(endpoint: string): { rule: Window; sent: Sent[] }[] {
    const { global, endpoints } = this.limits;
    const own = endpoints[endpoint];
    const ofEndpoint = this.sent.filter((one) => one.endpoint === endpoint);
    return [
      ...[global, ...(global.also ?? [])].map((rule) => ({ rule, sent: this.sent })),
      ...(own ? [own, ...(own.also ?? [])].map((rule) => ({ rule, sent: ofEndpoint })) : []),
    ];
  }

  weightOf(op: Extract<Op, { kind: 'acquire' }>): number {
    return op.weight ?? this.limits.endpoints[op.endpoint]?.weight ?? 1;
  }

  capacity(rule: Window, intent: Intent): number {
    const percent = Math.round((intent === 'exit' ? this.limits.exitSafetyMargin : this.limits.safetyMargin) * 100);
    return Math.floor((rule.limit * percent) / 100);
  }

  /** Does a request at this instant keep every window around it within its limit? */
  fits(op: Extract<Op, { kind: 'acquire' }>, atMs: number): boolean {
    return this.rules(op.endpoint).every(({ rule, sent }) => {
      const spanMs = rule.windowMs + this.limits.permitValidityMs;
      for (let from = atMs - spanMs + 1; from <= atMs; from += 1) {
        const within = sent.filter((one) => one.atMs >= from && one.atMs < from + spanMs);
        if (total(within) + this.weightOf(op) > this.capacity(rule, op.intent)) return false;
      }
      return true;
    });
  }

  /** undefined: never. */
  earliest(op: Extract<Op, { kind: 'acquire' }>, startMs: number): number | undefined {
    const isTooHeavy = this.rules(op.endpoint).some(({ rule }) => this.weightOf(op) > this.capacity(rule, op.intent));
    if (isTooHeavy) return undefined;
    let atMs = startMs;
    while (!this.fits(op, atMs)) atMs += 1;
    return atMs;
  }

  /** Those of a strategy that wait at this endpoint, in their order, each with its place in its strategy's own queue. */
  queue(name: string): { one: Sent; place: number }[] {
    const waiting = this.sent
      .filter(({ strategy, endpoint, atMs }) => strategy !== undefined && endpoint === name && atMs > this.clockMs)
      .toSorted((left, right) => left.atMs - right.atMs);
    return waiting.map((one, index) => {
      const before = waiting.slice(0, index).filter(({ strategy }) => strategy === one.strategy);
      return { one, place: before.length + 1 };
    });
  }

  /** Whose instant, of those before `atMs`, a newcomer gets: the first that is further behind in its own queue; for an exit any. */
  givesWay(op: Extract<Op, { kind: 'acquire' }>, atMs: number): Sent | undefined {
    const { strategy, intent, endpoint } = op;
    const isExit = intent === 'exit';
    if (strategy === undefined && !isExit) return undefined;
    const queue = this.queue(endpoint);
    const own = isExit ? 0 : queue.filter(({ one }) => one.strategy === strategy).length + 1;
    const firmUntilMs = Math.max(this.blockedUntilMs, this.clockMs + this.limits.permitValidityMs);
    const candidates = queue.filter(
      ({ one, place }) =>
        (isExit || one.strategy !== strategy) &&
        one.weight === this.weightOf(op) &&
        one.atMs > firmUntilMs &&
        one.atMs < atMs &&
        place > own,
    );
    const firstMs = candidates[0]?.one.atMs;
    const first = candidates.filter(({ one }) => one.atMs === firstMs);
    const furthest = Math.max(...first.map(({ place }) => place));
    return first.find(({ place }) => place === furthest)?.one;
  }

  /**
   * The most that any real window of the venue can hold, however late each permit is used: a permit can be used inside
   * [from, from + windowMs) if its instant is not more than its validity before it.
   */
  worstWindow(rule: Window, sent: readonly Sent[]): number {
    const ours = sent.filter((one) => !one.isForeign);
    const windows = ours.map((first) =>
      total(
        ours.filter(
          (one) => one.atMs >= first.atMs && one.atMs < first.atMs + rule.windowMs + this.limits.permitValidityMs,
        ),
      ),
    );
    return Math.max(0, ...windows);
  }
}

export function total(sent: readonly Sent[]): number {
  return sent.reduce((sum, one) => sum + one.weight, 0);
}
