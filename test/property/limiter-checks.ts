import type { LimiterState } from '../../src/domain/limiter/limiter';
import { stats } from '../../src/domain/limiter/limiter';
import type { AcquireResult, GiveBackResult } from '../../src/domain/limiter/types';
import type { Op, RateModel } from './limiter-model';
import { total } from './limiter-model';

export interface StepRecord {
  op: Op;
  nowMs: number;
  /** What the model knew before the command, and the earliest instant that it finds. */
  model: RateModel;
  earliestMs: number | undefined;
  /** Whose instant a newcomer gets, as the model finds. */
  givesWay: { readonly request?: number; readonly atMs: number } | undefined;
  /** Whose permit is there no more after another one was asked for. */
  gaveWay: number | undefined;
  earlierAnswer: string | undefined;
  result: object;
  before: LimiterState;
  after: LimiterState;
  inputTextBefore: string;
  inputTextAfter: string;
  tripText: string;
}

/** Each invariant by itself, so that each can be shown to catch what it is for. */
export const CHECKS: Record<string, (step: StepRecord) => void> = {
  'R1 no window at the venue exceeds its limit, however late permits are used': ({ model }) => {
    if (model.isReconfigured) return;
    const endpoints = Object.keys(model.limits.endpoints);
    for (const endpoint of [...endpoints, 'default']) {
      for (const { rule, sent } of model.rules(endpoint)) {
        atMost(model.worstWindow(rule, sent), model.capacity(rule, 'exit'));
        const entries = sent.filter((one) => one.intent === 'entry');
        atMost(model.worstWindow(rule, entries), model.capacity(rule, 'entry'));
      }
    }
  },
  'R2 a permit is for the earliest instant that fits, or whose holder has to give way': (step) => {
    const { op, result, model, earliestMs, givesWay, earlierAnswer } = step;
    if (op.kind !== 'acquire' || earlierAnswer !== undefined || model.isReconfigured) return;
    const answer = result as AcquireResult;
    if (answer.status === 'granted') equal(answer.notBeforeMs, givesWay?.atMs ?? earliestMs);
  },
  'F1 who gives way is the one who has to, and nothing is booked or freed by it': (step) => {
    const { model, before, after, givesWay, gaveWay } = step;
    if (gaveWay === undefined || model.isReconfigured) return;
    equal(gaveWay, givesWay?.request);
    const weights = ({ global, endpoints }: LimiterState) =>
      [global, ...Object.values(endpoints)].map((grants) => grants.map(({ weight }) => weight));
    equal(weights(after), weights(before));
  },
  'F2 whoever waits has nobody of another strategy before him who is further behind in his own queue': (step) => {
    const { op, model, result, nowMs, earlierAnswer } = step;
    if (op.kind !== 'acquire' || earlierAnswer !== undefined || op.strategy === undefined) return;
    const answer = result as AcquireResult;
    if (op.intent === 'exit' || answer.status !== 'granted') return;
    const queue = model.queue(op.endpoint);
    // He came last of his own, also where he got an instant before one of them.
    const newcomersPlace = queue.filter(({ one }) => one.strategy === op.strategy).length;
    const firmUntilMs = Math.max(model.blockedUntilMs, nowMs + model.limits.permitValidityMs);
    const others = queue.filter(
      ({ one, place }) =>
        one.strategy !== op.strategy &&
        one.weight === model.weightOf(op) &&
        one.atMs > firmUntilMs &&
        one.atMs < answer.notBeforeMs &&
        place > Math.max(1, newcomersPlace),
    );
    equal(
      others.map(({ one }) => one.request),
      [],
    );
  },
  'F3 an exit has no entry before it that is only booked': ({ op, model, result, nowMs, earlierAnswer }) => {
    const answer = result as AcquireResult;
    if (op.kind !== 'acquire' || op.intent !== 'exit' || earlierAnswer !== undefined) return;
    if (answer.status !== 'granted') return;
    const firmUntilMs = Math.max(model.blockedUntilMs, nowMs + model.limits.permitValidityMs);
    const booked = model
      .queue(op.endpoint)
      .filter(({ one }) => one.weight === model.weightOf(op) && one.atMs > firmUntilMs);
    equal(
      booked.filter(({ one }) => one.atMs < answer.notBeforeMs).map(({ one }) => one.request),
      [],
    );
  },
  'R3 the same request id gets the same permit, unless that gave way': ({
    op,
    before,
    after,
    result,
    earlierAnswer,
  }) => {
    if (op.kind !== 'acquire' || earlierAnswer === undefined) return;
    equal(permitText(result), earlierAnswer);
    equal(bookedWeight(after), bookedWeight(before));
  },
  'R10 only the first answer calls its permit new': ({ op, result, earlierAnswer }) => {
    const answer = result as AcquireResult;
    if (op.kind === 'acquire' && answer.status === 'granted') equal(answer.isNew, earlierAnswer === undefined);
  },
  'R11 a permit that can still be used can be given back, once': ({ op, nowMs, result, earlierAnswer }) => {
    if (op.kind !== 'giveBack') return;
    const { expiresAtMs } = JSON.parse(earlierAnswer ?? '{"expiresAtMs":0}') as { expiresAtMs: number };
    equal((result as GiveBackResult).status, expiresAtMs >= nowMs ? 'given_back' : 'not_found');
  },
  'R4 a refusal books nothing, and is right': ({
    op,
    nowMs,
    before,
    after,
    result,
    earliestMs,
    givesWay,
    earlierAnswer,
    model,
  }) => {
    if (op.kind !== 'acquire' || earlierAnswer !== undefined || model.isReconfigured) return;
    const latestMs = nowMs + Math.min(op.patienceMs ?? Infinity, op.waitMaxMs ?? Infinity);
    const isRefused = (result as AcquireResult).status === 'refused';
    const instantMs = givesWay && givesWay.atMs <= latestMs ? givesWay.atMs : earliestMs;
    equal(isRefused, instantMs === undefined || instantMs > latestMs);
    if (isRefused) equal(bookedWeight(after), bookedWeight(before));
  },
  'R5 nothing is granted inside a block': ({ op, model, result, earlierAnswer }) => {
    const answer = result as AcquireResult;
    if (op.kind !== 'acquire' || earlierAnswer !== undefined || answer.status !== 'granted') return;
    atMost(model.blockedUntilMs, answer.notBeforeMs);
  },
  'R6 a block lasts as long as the venue said, from when it was heard, and never moves back': (step) => {
    if (step.op.kind === 'reconfigure') return;
    equal(step.after.blockedUntilMs, step.model.blockedUntilMs);
  },
  'R12 penalties in a row are told apart by when they were heard': ({ after, model }) =>
    equal(after.penaltiesInRow, model.penaltiesInRow),
  'R7 what the venue counted is booked': ({ op, nowMs, after, model }) => {
    if (op.kind !== 'feedback' || op.says !== 'ok' || op.remaining === undefined) return;
    const own = model.limits.endpoints[op.endpoint];
    const rule = own ?? model.limits.global;
    const booked = (own ? after.endpoints[op.endpoint] : after.global) ?? [];
    const fromMs = nowMs - rule.windowMs - model.limits.permitValidityMs;
    const counted = booked.filter((grant) => grant.atMs > fromMs && grant.atMs <= nowMs);
    atMost(rule.limit - op.remaining, total(counted as never));
  },
  'R8 changed limits hold for everything sent before': ({ op, result, earliestMs, gaveWay, earlierAnswer }) => {
    if (op.kind !== 'acquire' || earlierAnswer !== undefined || gaveWay !== undefined) return;
    const answer = result as AcquireResult;
    if (answer.status === 'granted') atMost(earliestMs ?? Number.MAX_SAFE_INTEGER, answer.notBeforeMs);
  },
  'R9 inputs are never changed': ({ inputTextBefore, inputTextAfter }) => equal(inputTextAfter, inputTextBefore),
  'J1 a JSON round trip changes nothing': ({ after, result, tripText }) =>
    equal(tripText, JSON.stringify([after, result])),
  'N1 grants and refusals are counted once': ({ before, after, op, result, earlierAnswer }) => {
    if (op.kind !== 'acquire') return;
    const counted = (state: LimiterState) =>
      Object.values(stats(state).requestsTotal).reduce((sum, count) => sum + count, stats(state).refusedTotal);
    const isFirst = earlierAnswer === undefined || (result as AcquireResult).status === 'refused';
    equal(counted(after) - counted(before), isFirst ? 1 : 0);
  },
};

/** Every weight that is booked, whenever; what has passed may be forgotten. */
function bookedWeight({ global, permits }: LimiterState): unknown {
  return [global.map(({ weight }) => weight), permits.map(({ requestId }) => requestId)];
}

/** A permit without what depends on when it is asked for, and how often. */
export function permitText(result: object): string {
  return JSON.stringify({ ...result, waitMs: 0, isNew: undefined });
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`got ${a}, expected ${b}`);
}

function atMost(actual: number, bound: number): void {
  if (actual > bound) throw new Error(`${actual} is more than ${bound}`);
}
