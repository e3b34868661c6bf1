import * as fc from 'fast-check';
import { createLimiter } from '../../src/domain/limiter/limiter';
import type { LimiterState } from '../../src/domain/limiter/limiter';
import type { AcquireResult, GiveBackResult } from '../../src/domain/limiter/types';
import { CHECKS, permitText } from './limiter-checks';
import type { Op, Reducers } from './limiter-model';
import { LIMITS, RateModel, run, total } from './limiter-model';
import { COMMANDS_PER_RUN_MAX, Tally } from './scale';

interface Subject {
  state: LimiterState;
}

/** A few come again and again: asked for, given back, given back once more. */
const request = fc.oneof(fc.nat(60), fc.nat(5));
const endpoint = fc.constantFrom('order', 'order', 'market', 'account', 'default');

const acquireArbitrary: fc.Arbitrary<Op> = fc.record(
  {
    kind: fc.constant('acquire' as const),
    request,
    endpoint,
    weight: fc.integer({ min: 1, max: 5 }),
    intent: fc.constantFrom('entry' as const, 'entry' as const, 'exit' as const),
    strategy: fc.constantFrom('flood', 'honest'),
    patienceMs: fc.nat(40),
    waitMaxMs: fc.nat(40),
  },
  { requiredKeys: ['kind', 'request', 'endpoint', 'intent'] },
);
/** Orders of strategies that all want more than there is. */
const floodArbitrary: fc.Arbitrary<Op> = fc.record(
  {
    kind: fc.constant('acquire' as const),
    request: fc.nat(200),
    endpoint: fc.constant('order'),
    intent: fc.constant('entry' as const),
    strategy: fc.constantFrom('flood', 'flood', 'flood', 'honest', 'other'),
    waitMaxMs: fc.nat(100),
  },
  { requiredKeys: ['kind', 'request', 'endpoint', 'intent', 'strategy'] },
);
const giveBackArbitrary: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant('giveBack' as const),
  request,
});
const feedbackArbitrary: fc.Arbitrary<Op> = fc.record(
  {
    kind: fc.constant('feedback' as const),
    endpoint,
    says: fc.constantFrom('ok' as const, 'ok' as const, 'rate_limited' as const, 'banned' as const),
    remaining: fc.nat(8),
    resumeInMs: fc.integer({ min: 1, max: 30 }),
    senderAheadMs: fc.constantFrom(0, 0, 4_000, -4_000, 3_600_000, -3_600_000),
    bySpan: fc.boolean(),
  },
  { requiredKeys: ['kind', 'endpoint', 'says', 'resumeInMs', 'senderAheadMs', 'bySpan'] },
);
const reconfigureArbitrary: fc.Arbitrary<Op> = fc.record({
  kind: fc.constant('reconfigure' as const),
  limits: fc.nat(2),
});

/** One operation, run on the limiter and on the model, with every wanted invariant checked after it. */
class RateCommand implements fc.Command<RateModel, Subject> {
  constructor(
    private readonly op: Op,
    private readonly passedMs: number,
    private readonly reducers: Reducers,
    private readonly checks: readonly string[],
    private readonly tally: Tally,
  ) {}

  check(): boolean {
    return true;
  }

  run(model: RateModel, subject: Subject): void {
    this.tally.commands += 1;
    const { op } = this;
    const nowMs = Math.max(1, model.clockMs + this.passedMs);
    model.see(nowMs);
    const before = subject.state;
    const earliestMs = op.kind === 'acquire' ? model.earliest(op, Math.max(nowMs, model.blockedUntilMs)) : undefined;
    const givesWay = earliestMs === undefined || op.kind !== 'acquire' ? undefined : model.givesWay(op, earliestMs);
    const inputTextBefore = JSON.stringify(before);
    const trip = run(this.reducers, JSON.parse(inputTextBefore) as LimiterState, op, nowMs);
    const step = run(this.reducers, before, op, nowMs);
    const record = {
      op,
      nowMs,
      model,
      earliestMs,
      givesWay,
      gaveWay: op.kind === 'acquire' ? missing(before, step.state) : undefined,
      earlierAnswer: op.kind === 'acquire' || op.kind === 'giveBack' ? model.answers.get(op.request) : undefined,
      before,
      result: step.result,
      after: step.state,
      inputTextBefore,
      inputTextAfter: JSON.stringify(before),
      tripText: JSON.stringify([trip.state, trip.result]),
    };
    if (record.gaveWay !== undefined) model.forget(record.gaveWay);
    learn(model, op, step.result, nowMs);
    for (const name of this.checks) {
      try {
        CHECKS[name]?.(record);
      } catch (error) {
        throw new Error(`${name}: ${String(error)}`, { cause: error });
      }
    }
    subject.state = step.state;
  }

  toString(): string {
    return `+${this.passedMs} ms ${JSON.stringify(this.op)}`;
  }
}

/** The request whose permit is there no more. */
function missing(before: LimiterState, after: LimiterState): number | undefined {
  const ids = new Set(after.permits.map(({ requestId }) => requestId));
  const gone = before.permits.find(({ requestId }) => !ids.has(requestId));
  return gone && Number(gone.requestId.replace('request-', ''));
}

function learn(model: RateModel, op: Op, result: object, nowMs: number): void {
  if (op.kind === 'acquire') {
    const answer = result as AcquireResult;
    if (answer.status !== 'granted' || model.answers.has(op.request)) return;
    model.answers.set(op.request, permitText(answer));
    const { request, endpoint: name, intent } = op;
    const strategy = intent === 'entry' ? op.strategy : undefined;
    const weight = model.weightOf(op);
    model.sent.push({ request, atMs: answer.notBeforeMs, weight, endpoint: name, intent, strategy, isForeign: false });
  } else if (op.kind === 'giveBack') {
    if ((result as GiveBackResult).status !== 'given_back') return;
    model.forget(op.request);
  } else if (op.kind === 'reconfigure') {
    model.limits = LIMITS[op.limits] ?? model.limits;
    model.isReconfigured = true;
  } else if (op.says !== 'ok') {
    const isNext = model.penaltiesInRow === 0 || nowMs >= model.blockedUntilMs;
    if (op.says === 'rate_limited' && isNext) model.penaltiesInRow += 1;
    model.blockedUntilMs = Math.max(model.blockedUntilMs, nowMs + op.resumeInMs);
  } else {
    if (nowMs >= model.blockedUntilMs) model.penaltiesInRow = 0;
    learnCount(model, op, nowMs);
  }
}

function learnCount(model: RateModel, op: Extract<Op, { kind: 'feedback' }>, nowMs: number): void {
  if (op.remaining !== undefined) {
    const own = model.limits.endpoints[op.endpoint] ?? model.limits.global;
    const { rule, sent } = model.rules(op.endpoint).find((one) => one.rule === own)!;
    const fromMs = nowMs - rule.windowMs - model.limits.permitValidityMs;
    const ours = total(sent.filter((one) => one.atMs > fromMs && one.atMs <= nowMs));
    const weight = Math.max(0, rule.limit - op.remaining - ours);
    model.sent.push({ atMs: nowMs, weight, endpoint: op.endpoint, intent: 'exit', isForeign: true });
  }
}

export interface RateOptions {
  /** The venue also reports its own counts. */
  readonly withCounts?: boolean;
  readonly withReconfiguration?: boolean;
  /** Which of LIMITS hold at first. */
  readonly limits?: number;
  /** Most requests are orders of a few strategies. */
  readonly withFlood?: boolean;
  /** The clock steps back at times. */
  readonly withClockSteps?: boolean;
}

/** Any sequence of commands keeps the named invariants after every command. */
export function rateProperty(
  reducers: Reducers,
  checks: readonly string[],
  options: RateOptions,
  tally: Tally = new Tally(),
) {
  const feedbacks = options.withCounts
    ? feedbackArbitrary
    : feedbackArbitrary.map((op) => ({ ...op, remaining: undefined }));
  const op = fc.oneof(
    { weight: 12, arbitrary: acquireArbitrary },
    { weight: options.withFlood ? 40 : 0, arbitrary: floodArbitrary },
    { weight: 3, arbitrary: giveBackArbitrary },
    { weight: 2, arbitrary: feedbacks },
    { weight: options.withReconfiguration ? 1 : 0, arbitrary: reconfigureArbitrary },
  );
  const passedMs = fc.oneof(
    { weight: options.withFlood ? 20 : 0, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.nat(15) },
    { weight: options.withClockSteps ? 1 : 0, arbitrary: fc.integer({ min: -300, max: 0 }) },
  );
  const command = fc.tuple(op, passedMs).map(([next, ms]) => new RateCommand(next, ms, reducers, checks, tally));
  return fc.property(fc.commands([command], { maxCommands: COMMANDS_PER_RUN_MAX.limiter, size: '+1' }), (commands) => {
    tally.runs += 1;
    const subject: Subject = { state: createLimiter(new RateModel(options.limits).limits) };
    fc.modelRun(() => ({ model: new RateModel(options.limits), real: subject }), commands);
  });
}
