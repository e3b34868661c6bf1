import { ALERT_RULES } from './alert';
import { EVERY_RULE, SILENCE_MAX_MS, type SilencedRule } from './state';

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a silence can be about. */
export const SILENCED_RULES: readonly SilencedRule[] = [...ALERT_RULES, EVERY_RULE];

/** @returns the rule of this name, or every one; undefined: there is none */
export function silencedRuleOf(name: unknown): SilencedRule | undefined {
  return SILENCED_RULES.find((rule) => rule === name);
}

/** Reads spans such as `30m`, `2h`, `1d`. @returns milliseconds, at most SILENCE_MAX_MS; undefined: it is none */
export function silenceSpanOf(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const spanMs = Number(count) * (UNITS_MS[unit] ?? 0);
  return spanMs > 0 && spanMs <= SILENCE_MAX_MS ? spanMs : undefined;
}
