import { isRecord, jsonBytes, ownValue, showValue } from '../plain-values';
import { capacityOf } from './capacity';
import { passTime } from './clock';
import { earliest, scopesFor, type Scope } from './fit';
import { book } from './grants';
import { TOO_MANY_BOOKED, TOO_MANY_WAITING, tooHeavyMessage, tooLateMessage } from './refusals';
import { countRequest } from './stats';
import { ENTRIES_WAITING_MAX, GRANTS_MAX, PERMITS_MAX, RATE_TEXT_BYTES_MAX } from './state';
import type { Permit, LimiterState, LimiterStep } from './state';
import { entriesWaiting, queueOf, whoGivesWay } from './turns';
import type { AcquireCommand, AcquireResult } from './types';

/**
 * Grants the earliest instant at which the request fits into every window it counts in, and books it. Bookings may lie in
 * the future: the caller waits until `notBeforeMs` by itself.
 *
 * - The same request id gets the same permit, also when it has expired: a new attempt needs a new id. Only an entry that
 *   waits may have given way meanwhile, to an exit or to one of another strategy (./turns); it is told a later instant, or
 *   refused.
 * - Entries fill a window up to `safetyMargin`, exits up to `exitSafetyMargin`; each counts the other's weight. Beyond
 *   that an exit takes over the place of an entry that waits, so no flood of entries makes it wait for longer than a
 *   span and a permit's validity.
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

  const scopes = scopesFor(current, command.endpoint);
  const rules = scopes.flatMap((scope) => scope.rules);
  const weight = command.weight ?? ownValue(current.limits.endpoints, command.endpoint)?.weight ?? 1;
  const tooHeavy = rules.find((rule) => weight > capacityOf(current.limits, rule.limit, command.intent));
  if (tooHeavy !== undefined) return refuse(current, startMs, tooHeavyMessage(current, command, tooHeavy, weight));
  const asked = { command, weight, startMs };
  const atMs = earliest(current, asked, rules);
  const latestMs = Math.min(command.notAfterMs ?? Infinity, nowMs + (command.waitMaxMs ?? Infinity));
  const other = whoGivesWay(current, asked, atMs);
  if (other !== undefined && other.notBeforeMs <= latestMs) return takeOver(current, command, other);
  const waits = queueOf(command) !== undefined && atMs > nowMs;
  if (waits && entriesWaiting(current) >= ENTRIES_WAITING_MAX) return refuse(current, startMs, TOO_MANY_WAITING);
  if (scopes.some((scope) => scope.grants.length >= GRANTS_MAX)) return refuse(current, startMs, TOO_MANY_BOOKED);
  if (atMs > latestMs) return refuse(current, atMs, tooLateMessage(current, asked, rules, atMs, latestMs));
  return grant(current, command, scopes, weight, atMs);
}

function grant(
  state: LimiterState,
  command: AcquireCommand,
  scopes: readonly Scope[],
  weight: number,
  atMs: number,
): LimiterStep<AcquireResult> {
  const nowMs = state.clockMs;
  const [global, endpoint] = scopes.map(({ grants }) => book(grants, atMs, weight));
  const permit = permitFor(command, weight, atMs, atMs + state.limits.permitValidityMs);
  return {
    state: {
      ...state,
      global: global ?? state.global,
      endpoints: endpoint === undefined ? state.endpoints : { ...state.endpoints, [command.endpoint]: endpoint },
      permits: remember(state.permits, permit, nowMs),
      stats: countRequest(state.stats, command.endpoint, atMs > nowMs),
    },
    result: granted(permit, nowMs, true),
  };
}

/** Gets what another one has booked, who is forgotten: nothing is booked or freed. */
function takeOver(state: LimiterState, command: AcquireCommand, other: Permit): LimiterStep<AcquireResult> {
  const permit = permitFor(command, other.weight, other.notBeforeMs, other.expiresAtMs);
  return {
    state: {
      ...state,
      permits: [...state.permits.filter((one) => one !== other), permit],
      stats: countRequest(state.stats, command.endpoint, true),
    },
    result: granted(permit, state.clockMs, true),
  };
}

/** Beyond the bound the oldest one is dropped that is no entry on its turn: those have to be known to give way. */
function remember(permits: readonly Permit[], permit: Permit, nowMs: number): readonly Permit[] {
  if (permits.length < PERMITS_MAX) return [...permits, permit];
  const oldest = permits.findIndex((one) => one.strategy === undefined || one.notBeforeMs <= nowMs);
  return [...permits.toSpliced(Math.max(0, oldest), 1), permit];
}

function permitFor(command: AcquireCommand, weight: number, notBeforeMs: number, expiresAtMs: number): Permit {
  const { requestId, endpoint } = command;
  const strategy = queueOf(command);
  return { requestId, endpoint, weight, notBeforeMs, expiresAtMs, ...(strategy === undefined ? {} : { strategy }) };
}

function granted(permit: Permit, nowMs: number, isNew: boolean): AcquireResult {
  const { notBeforeMs, expiresAtMs } = permit;
  return { status: 'granted', notBeforeMs, waitMs: Math.max(0, notBeforeMs - nowMs), expiresAtMs, isNew };
}

function refuse(state: LimiterState, earliestMs: number, message: string): LimiterStep<AcquireResult> {
  const stats = { ...state.stats, refusedTotal: state.stats.refusedTotal + 1 };
  return { state: { ...state, stats }, result: { status: 'refused', earliestMs, message } };
}

/** What is wrong with a command that somebody sent, or undefined. Takes anything. */
function acquireCommandFault(command: AcquireCommand): string | undefined {
  if (!isRecord(command)) return 'The acquire command is no object.';
  const { requestId, endpoint, weight, intent, strategy, notAfterMs, waitMaxMs } = command;
  if (!isText(requestId)) return `The requestId must be a text of at most ${RATE_TEXT_BYTES_MAX} bytes as JSON.`;
  if (!isText(endpoint)) return `The endpoint must be a text of at most ${RATE_TEXT_BYTES_MAX} bytes as JSON.`;
  if (weight !== undefined && !(Number.isSafeInteger(weight) && weight > 0)) {
    return `The weight is ${showValue(weight)}; needed is a positive integer.`;
  }
  if (intent !== 'entry' && intent !== 'exit') return `The intent is ${showValue(intent)}; use entry or exit.`;
  if (strategy !== undefined && typeof strategy !== 'string') return 'The strategy must be a text.';
  if (notAfterMs !== undefined && !Number.isFinite(notAfterMs)) return 'notAfterMs must be milliseconds UTC.';
  if (waitMaxMs !== undefined && !(Number.isFinite(waitMaxMs) && waitMaxMs >= 0)) {
    return `waitMaxMs is ${showValue(waitMaxMs)}; needed are milliseconds, zero or more.`;
  }
  return undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && jsonBytes(value) <= RATE_TEXT_BYTES_MAX;
}
