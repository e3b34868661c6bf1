import { appendBounded, isRecord, jsonBytes, ownValue, showValue } from '../plain-values';
import { blockMessage } from './block';
import { capacityOf, spanMsOf } from './capacity';
import { passTime } from './clock';
import { book, createFitSearch, prune } from './grants';
import { countRequest } from './stats';
import { GRANTS_MAX, PERMITS_MAX, RATE_TEXT_BYTES_MAX } from './state';
import type { Grant, Permit, LimiterState, LimiterStep } from './state';
import type { AcquireCommand, AcquireResult, WindowLimit } from './types';

/** One limit that a request counts against, with what is booked in it. */
interface Rule {
  readonly name: string;
  readonly limit: WindowLimit;
  readonly grants: readonly Grant[];
}

/**
 * Grants the earliest instant at which the request fits into every window it counts in, and books it. Bookings may lie in
 * the future: the caller waits until `notBeforeMs` by itself.
 *
 * - The same request id gets the same permit, also when it has expired: a new attempt needs a new id.
 * - Entries fill a window up to `safetyMargin`, exits up to `exitSafetyMargin`; each counts the other's weight. An exit
 *   may therefore be granted before entries that asked earlier.
 * - A refusal books nothing and is not remembered.
 * - A ban or a penalty moves later grants; permits given before it stay as they were.
 * - A step of the clock moves permits and bookings alike (passTime).
 */
export function acquire(state: LimiterState, command: AcquireCommand, nowMs: number): LimiterStep<AcquireResult> {
  const current = passTime(state, nowMs);
  const known = isRecord(command) && current.permits.findLast((permit) => permit.requestId === command.requestId);
  if (known) return { state: current, result: granted(known, nowMs, false) };

  const startMs = Math.max(nowMs, current.blockedUntilMs);
  const fault = acquireCommandFault(command);
  if (fault !== undefined) return refuse(current, startMs, fault);

  const rules = rulesFor(current, command.endpoint);
  const weight = command.weight ?? rules[1]?.limit.weight ?? 1;
  const tooHeavy = rules.find((rule) => weight > capacityOf(current.limits, rule.limit, command.intent));
  if (tooHeavy !== undefined) return refuse(current, startMs, tooHeavyMessage(current, command, tooHeavy, weight));
  if (rules.some((rule) => rule.grants.length >= GRANTS_MAX)) {
    return refuse(
      current,
      startMs,
      `${GRANTS_MAX} requests are booked already; send fewer, or wait until they have passed.`,
    );
  }
  const atMs = earliest(current, command, rules, weight, startMs);
  const latestMs = Math.min(command.notAfterMs ?? Infinity, nowMs + (command.waitMaxMs ?? Infinity));
  if (atMs > latestMs) return refuse(current, atMs, tooLateMessage(current, atMs, latestMs));
  return grant(current, command, rules, weight, atMs);
}

function earliest(
  state: LimiterState,
  command: AcquireCommand,
  rules: readonly Rule[],
  weight: number,
  startMs: number,
): number {
  const searches = rules.map((rule) => {
    const room = capacityOf(state.limits, rule.limit, command.intent) - weight;
    return createFitSearch(rule.grants, spanMsOf(state.limits, rule.limit), room);
  });
  let atMs = startMs;
  // Every round but the last moves to the end of some grant's window, so the rounds are bounded by the grants.
  for (let round = 0; round <= 2 * GRANTS_MAX; round += 1) {
    const nextMs = searches.reduce((instant, search) => search(instant), atMs);
    if (nextMs === atMs) break;
    atMs = nextMs;
  }
  return atMs;
}

function grant(
  state: LimiterState,
  command: AcquireCommand,
  rules: readonly Rule[],
  weight: number,
  atMs: number,
): LimiterStep<AcquireResult> {
  const nowMs = state.clockMs;
  const [global, endpoint] = rules.map((rule) => book(rule.grants, atMs, weight));
  const permit: Permit = {
    requestId: command.requestId,
    endpoint: command.endpoint,
    weight,
    notBeforeMs: atMs,
    expiresAtMs: atMs + state.limits.permitValidityMs,
  };
  return {
    state: {
      ...state,
      global: global ?? state.global,
      endpoints: endpoint === undefined ? state.endpoints : { ...state.endpoints, [command.endpoint]: endpoint },
      permits: appendBounded(state.permits, permit, PERMITS_MAX),
      stats: countRequest(state.stats, command.endpoint, atMs > nowMs),
    },
    result: granted(permit, nowMs, true),
  };
}

function granted(permit: Permit, nowMs: number, isNew: boolean): AcquireResult {
  const { notBeforeMs, expiresAtMs } = permit;
  return { status: 'granted', notBeforeMs, waitMs: Math.max(0, notBeforeMs - nowMs), expiresAtMs, isNew };
}

function refuse(state: LimiterState, earliestMs: number, message: string): LimiterStep<AcquireResult> {
  const stats = { ...state.stats, refusedTotal: state.stats.refusedTotal + 1 };
  return { state: { ...state, stats }, result: { status: 'refused', earliestMs, message } };
}

/** The global rule first, then the endpoint's own, if it has one. */
function rulesFor(state: LimiterState, endpoint: string): readonly Rule[] {
  const { limits, clockMs } = state;
  const rule = (name: string, limit: WindowLimit, grants: readonly Grant[]): Rule => ({
    name,
    limit,
    grants: prune(grants, clockMs, spanMsOf(limits, limit)),
  });
  const own = ownValue(limits.endpoints, endpoint);
  const global = rule('global', limits.global, state.global);
  return own === undefined ? [global] : [global, rule(endpoint, own, ownValue(state.endpoints, endpoint) ?? [])];
}

function tooLateMessage(state: LimiterState, atMs: number, latestMs: number): string {
  if (state.blockedUntilMs > latestMs) return blockMessage(state);
  return `The request limit leaves room ${atMs - latestMs} ms after the latest time asked for; ask for a later one.`;
}

function tooHeavyMessage(state: LimiterState, command: AcquireCommand, rule: Rule, weight: number): string {
  const capacity = capacityOf(state.limits, rule.limit, command.intent);
  return (
    `A request of weight ${weight} never fits the limit "${rule.name}", which allows ${capacity} in ` +
    `${rule.limit.windowMs} ms after its safety margin. Send a lighter request or raise the limit.`
  );
}

/** What is wrong with a command that somebody sent, or undefined. Takes anything. */
function acquireCommandFault(command: AcquireCommand): string | undefined {
  if (!isRecord(command)) return 'The acquire command is no object.';
  const { requestId, endpoint, weight, intent, notAfterMs, waitMaxMs } = command;
  if (!isText(requestId)) return `The requestId must be a text of at most ${RATE_TEXT_BYTES_MAX} bytes as JSON.`;
  if (!isText(endpoint)) return `The endpoint must be a text of at most ${RATE_TEXT_BYTES_MAX} bytes as JSON.`;
  if (weight !== undefined && !(Number.isSafeInteger(weight) && weight > 0)) {
    return `The weight is ${showValue(weight)}; needed is a positive integer.`;
  }
  if (intent !== 'entry' && intent !== 'exit') return `The intent is ${showValue(intent)}; use entry or exit.`;
  if (notAfterMs !== undefined && !Number.isFinite(notAfterMs)) return 'notAfterMs must be milliseconds UTC.';
  if (waitMaxMs !== undefined && !(Number.isFinite(waitMaxMs) && waitMaxMs >= 0)) {
    return `waitMaxMs is ${showValue(waitMaxMs)}; needed are milliseconds, zero or more.`;
  }
  return undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && jsonBytes(value) <= RATE_TEXT_BYTES_MAX;
}
