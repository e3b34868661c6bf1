import type { Intent } from '../signal';
import { ExactDecimal } from '../decimal';
import { isRecord, showValue } from '../plain-values';
import type { RateLimits, WindowLimit } from './types';

/** The weight that one window may hold, for an entry or an exit: floor(limit × margin), computed decimally. */
export function capacityOf(limits: RateLimits, rule: WindowLimit, intent: Intent): number {
  const margin = intent === 'exit' ? limits.exitSafetyMargin : limits.safetyMargin;
  return new ExactDecimal(rule.limit).times(margin).floor().toNumber();
}

/**
 * How far apart two grants must be to be in different windows. A permit may be used up to its validity late, and its
 * successor at once, so the window is longer by that much.
 */
export function spanMsOf(limits: RateLimits, rule: WindowLimit): number {
  return rule.windowMs + limits.permitValidityMs;
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
  for (const [name, rule] of [['global', limits.global] as const, ...Object.entries(limits.endpoints)]) {
    for (const key of ['limit', 'windowMs', 'weight'] as const) {
      const value = isRecord(rule) ? rule[key] : undefined;
      if (!Number.isSafeInteger(value) || Number(value) < 1) {
        return `The ${key} of the limit "${name}" is ${showValue(value)}; needed is a positive integer.`;
      }
    }
  }
  return undefined;
}
