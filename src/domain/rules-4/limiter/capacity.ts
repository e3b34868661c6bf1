import type { Intent } from '../signal';
import { ExactDecimal } from '../decimal';
import { isRecord, jsonBytes, showValue } from '../plain-values';
import { RATE_TEXT_BYTES_MAX } from './state';
import type { RateLimits, Window, WindowLimit } from './types';

/** Endpoint groups with a limit of their own; a venue has a handful. */
const ENDPOINTS_MAX = 20;
/** Windows of one scope beside its first; venues have one or two. */
export const ALSO_MAX = 4;

/** The weight that one window may hold, for an entry or an exit: floor(limit × margin), computed decimally. */
export function capacityOf(limits: RateLimits, rule: Window, intent: Intent): number {
  const margin = intent === 'exit' ? limits.exitSafetyMargin : limits.safetyMargin;
  return new ExactDecimal(rule.limit).times(margin).floor().toNumber();
}

/**
 * How far apart two grants must be to be in different windows. A permit may be used up to its validity late, and its
 * successor at once, so the window is longer by that much.
 */
export function spanMsOf(limits: RateLimits, rule: Window): number {
  return rule.windowMs + limits.permitValidityMs;
}

/** All windows of one scope, the first one first. */
export function windowsOf(limit: WindowLimit): readonly Window[] {
  return [limit, ...(limit.also ?? [])];
}

/** The window of a scope that reaches back the furthest. */
export function longestWindow(limit: WindowLimit): Window {
  return windowsOf(limit).reduce((longest, window) => (window.windowMs > longest.windowMs ? window : longest));
}

/** Behind so much of silence every window is empty. */
export function longestSpanMs(limits: RateLimits): number {
  const scopes = [limits.global, ...Object.values(limits.endpoints)];
  return Math.max(...scopes.map((scope) => spanMsOf(limits, longestWindow(scope))));
}

/** The limits without whatever else came along: they are carried from run to run. */
export function plainLimits(limits: RateLimits): RateLimits {
  const { global, endpoints, safetyMargin, exitSafetyMargin, permitValidityMs } = limits;
  return {
    global: plainRule(global),
    endpoints: Object.fromEntries(Object.entries(endpoints).map(([name, rule]) => [name, plainRule(rule)])),
    safetyMargin,
    exitSafetyMargin,
    permitValidityMs,
  };
}

function plainRule({ limit, windowMs, weight, also = [] }: WindowLimit): WindowLimit {
  const others = also.map((window) => ({ limit: window.limit, windowMs: window.windowMs }));
  return { limit, windowMs, weight, ...(others.length > 0 && { also: others }) };
}

/** What contradicts itself in the limits: one sentence, or undefined. Takes any value. */
export function limitsFault(limits: RateLimits): string | undefined {
  if (!isRecord(limits) || !isRecord(limits.endpoints)) return 'The limits are no object with endpoints.';
  const { safetyMargin, exitSafetyMargin, permitValidityMs } = limits;
  const areNumbers = Number.isFinite(safetyMargin) && Number.isFinite(exitSafetyMargin);
  if (!areNumbers || safetyMargin <= 0 || safetyMargin > exitSafetyMargin || exitSafetyMargin > 1) {
    return `The safety margins are ${showValue(safetyMargin)} for entries and ${showValue(exitSafetyMargin)} for exits; needed is 0 < entries <= exits <= 1.`;
  }
  if (!Number.isSafeInteger(permitValidityMs) || permitValidityMs < 0) {
    return `permitValidityMs is ${showValue(permitValidityMs)}; needed is an integer of zero or more.`;
  }
  const names = Object.keys(limits.endpoints);
  if (names.length > ENDPOINTS_MAX)
    return `There are ${names.length} limits of endpoints; ${ENDPOINTS_MAX} is the most.`;
  const long = names.find((name) => jsonBytes(name) > RATE_TEXT_BYTES_MAX);
  if (long !== undefined)
    return `The name of the limit ${showValue(long)} is longer than ${RATE_TEXT_BYTES_MAX} bytes.`;
  for (const [name, rule] of [['global', limits.global] as const, ...Object.entries(limits.endpoints)]) {
    const fault = numbersFault(name, rule, ['limit', 'windowMs', 'weight']) ?? alsoFault(name, rule.also);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function alsoFault(name: string, also: unknown): string | undefined {
  if (also === undefined) return undefined;
  if (!Array.isArray(also) || also.length > ALSO_MAX) {
    return `The further windows of the limit ${showValue(name)} are no list of at most ${ALSO_MAX}.`;
  }
  return also.map((window) => numbersFault(name, window, ['limit', 'windowMs'])).find((fault) => fault !== undefined);
}

function numbersFault(name: string, window: unknown, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = isRecord(window) ? window[key] : undefined;
    if (!Number.isSafeInteger(value) || Number(value) < 1) {
      return `The ${key} of the limit ${showValue(name)} is ${showValue(value)}; needed is a positive integer.`;
    }
  }
  return undefined;
}
