import { parseDecimal } from '../decimal';
import { quoteValue } from '../quote-value';
import { isRecord } from '../plain-values';
import type { TradingEnvironment } from '../trading-venue';
import { areGateSettings } from './settings';
import { faultOfRiskSizing } from './size';
import type { GateSettings } from './types';

/**
 * What may be changed by hand while predictions are made. What signals are called, what guards every position, and the horizon, which
 * the model has to have, is not.
 */
export const CHANGEABLE_SETTINGS = [
  'gate',
  'minimumReturn',
  'slippageMargin',
  'coolDownMinutes',
  'stopVolatilityMultiple',
  'targetVolatilityMultiple',
  'riskPerTrade',
] as const satisfies readonly (keyof GateSettings)[];
export type ChangeableSetting = (typeof CHANGEABLE_SETTINGS)[number];

/** A negative one would let through what promises less than nothing. */
const NEVER_NEGATIVE = [
  'minimumReturn',
  'slippageMargin',
  'stopVolatilityMultiple',
  'targetVolatilityMultiple',
  'riskPerTrade',
] as const satisfies readonly ChangeableSetting[];

/** As the configuration has it: a day. */
const MINUTES_MAX = 1_440;

type SettingValue = string | number;

/** A setting that somebody changed by hand. It holds until it is changed back, or the configuration says something new. */
export interface SettingChange {
  readonly setting: ChangeableSetting;
  readonly value: SettingValue;
  /** What the configuration said then; absent: nothing. */
  readonly configured?: SettingValue;
  readonly by: string;
  /** Milliseconds UTC. */
  readonly atMs: number;
}

/** Settings to their new values; empty: none is changed by hand any more. */
export type WishedSettings = Readonly<Partial<Record<string, SettingValue>>>;

/** The settings in force. */
export function withChanges(configured: GateSettings, changes: readonly SettingChange[]): GateSettings {
  const values = Object.fromEntries(changes.map(({ setting, value }) => [setting, value]));
  return { ...configured, ...values };
}

/** The changes that go on under another configuration: those of settings of which it says what it said before. */
export function stillWanted(configured: GateSettings, changes: readonly SettingChange[]): readonly SettingChange[] {
  return changes.filter(({ setting, configured: before }) => configured[setting] === before);
}

/** @returns the changes with these made, one for each setting that differs from the configuration */
export function changed(
  configured: GateSettings,
  changes: readonly SettingChange[],
  wished: WishedSettings,
  { by, atMs }: Pick<SettingChange, 'by' | 'atMs'>,
): readonly SettingChange[] {
  return CHANGEABLE_SETTINGS.flatMap((setting) => {
    const value = Object.hasOwn(wished, setting) ? wished[setting] : undefined;
    if (value === undefined) return changes.filter((change) => change.setting === setting);
    const before = configured[setting];
    const said = before !== undefined && { configured: before };
    return value === before ? [] : [{ setting, value, ...said, by, atMs }];
  });
}

/**
 * What is wrong with a wish. Who knows the workflow's name can send any.
 *
 * @param environment absent: not known, and so not paper
 * @returns a sentence; undefined: nothing
 */
export function faultOfWish(
  configured: GateSettings | undefined,
  changes: readonly SettingChange[],
  wished: unknown,
  environment: TradingEnvironment | undefined,
): string | undefined {
  if (!isRecord(wished)) return 'Settings are changed by their names and values.';
  const unknown = Object.keys(wished).find((name) => !CHANGEABLE_SETTINGS.some((setting) => setting === name));
  if (unknown !== undefined) {
    return `The setting ${quoteValue(unknown)} cannot be changed while predictions are made; these can: ${CHANGEABLE_SETTINGS.join(', ')}.`;
  }
  if (configured === undefined) return 'No gate is configured, so there is nothing to change: restart the ML manager.';
  const next = withChanges(configured, changed(configured, changes, wished as WishedSettings, { by: '', atMs: 0 }));
  if (!areGateSettings(next) || NEVER_NEGATIVE.some((name) => parseDecimal(next[name] ?? '0')?.isNegative() !== false))
    return 'A value is not one that predictions can be judged by; nothing was changed.';
  if (next.coolDownMinutes > MINUTES_MAX) return `coolDownMinutes is at most ${MINUTES_MAX}; nothing was changed.`;
  if (parseDecimal(next.minimumReturn)?.isZero() !== false)
    return 'minimumReturn has to be above zero; nothing was changed.';
  const unsizable = faultOfRiskSizing(next);
  if (unsizable !== undefined) return `riskPerTrade ${unsizable}; nothing was changed.`;
  if (next.gate === 'demo' && environment !== 'paper') {
    return `The gate "demo" is for paper alone, and this is ${environment ?? 'no known environment'}; nothing was changed.`;
  }
  return undefined;
}
