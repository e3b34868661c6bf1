import type { Denial, DenialCode } from '../domain/denial';

/**
 * The types of the failures with which a call is refused before it holds or sends anything: it is not meant for the
 * process that got it, or whoever began it is not what it claims. Asking again cannot help.
 */
export const REFUSAL_CODES = [
  'ENVIRONMENT_MISMATCH',
  'UNKNOWN_VENUE',
  'SIGNAL_NOT_GENUINE',
  'STALE_SIGNAL',
  'SIGNAL_FROM_FUTURE',
] as const satisfies readonly DenialCode[];

export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal extends Denial {
  readonly code: RefusalCode;
}

/** Whether a failure's type says that its call was refused. */
export function isRefusalCode(type: unknown): type is RefusalCode {
  return REFUSAL_CODES.some((code) => code === type);
}
