import type { Config } from '../../config/schema';
import { type Check, type Finding, skipped, well } from './check';

/** Whether entries get a stop by rule, and what becomes of those that do not. */
export function judgeProtection({ required, stopLossFraction, trailingFraction }: Config['protection']): Finding {
  if (stopLossFraction !== null)
    return well(`an entry that names no stop gets one at ${stopLossFraction} of its price`);
  if (trailingFraction !== null) return well('an entry that names no stop gets one that follows the price');
  const rule = 'protection.stopLossFraction is null';
  return required
    ? skipped(`${rule} and protection.required true: an entry that names no stop is refused (NO_STOP)`)
    : skipped(`${rule} and protection.required false: an entry that names no stop has none`);
}

export const PROTECTION_CHECK: Check = { name: 'stops', run: ({ config }) => judgeProtection(config.protection) };
