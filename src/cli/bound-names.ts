import type { DenialCode } from '../domain/denial';

/** What a bound of risk counts, for people; the code is what it refuses with. */
const NAMES: Readonly<Partial<Record<DenialCode, string>>> = {
  LEVERAGE_TOO_HIGH: 'leverage',
  PRICE_OUT_OF_BAND: 'limit price',
  ORDER_TOO_LARGE: 'order value',
  POSITION_TOO_LARGE: 'position',
  EXPOSURE_LIMIT: 'all positions together',
  GROUP_EXPOSURE_LIMIT: 'group',
  TOO_MANY_POSITIONS: 'open positions',
  TOO_MANY_ENTRIES: 'entries',
  DAILY_LOSS_LIMIT: 'loss of the day',
  DRAWDOWN_LIMIT: 'loss from the highest',
  LOSS_STREAK: 'losses in a row',
  COOLING_DOWN: 'pause after a close',
  POSITION_FOREIGN: 'position of others',
};

/** Bounds whose limit is no highest value, but a rule in words. */
const IN_WORDS: readonly DenialCode[] = ['LOSS_STREAK', 'COOLING_DOWN', 'POSITION_FOREIGN'];

/** `leverage`; of a rule without a short name its code. */
export function boundName(code: DenialCode): string {
  return NAMES[code] ?? code;
}

/** `leverage 1 of at most 100`: what a bound found, and what it allows. */
export function boundWords({
  code,
  of,
  limit,
  value,
}: {
  readonly code: DenialCode;
  readonly of?: string;
  readonly limit: string;
  readonly value: string;
}): string {
  // `10 a minute` says of what it is by itself.
  const whose = of === undefined || limit.endsWith(of) ? '' : ` (${of})`;
  const allowed = IN_WORDS.includes(code) ? `; the rule: ${limit}` : ` of at most ${limit}`;
  return `${boundName(code)}${whose}: ${value}${allowed}`;
}
