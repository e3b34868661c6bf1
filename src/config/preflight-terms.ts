import type { Expectations } from '../domain/preflight/facts';
import { REGION_DEFAULT } from '../venues/definitions';
import type { Config } from './schema';

/** What the configuration takes for granted of the account that it trades on. */
export function preflightTermsOf({
  venue,
  venues,
  protection,
}: Config): Omit<Expectations, 'keptAccountIds' | 'takerFee'> {
  const settings = venues[venue];
  if (!settings) throw new Error(`The venue "${venue}" is not configured.`);
  const { environment, region, symbols, settleAsset, leverage, leverageAtVenue, allowWithdrawalKey } = settings;
  return {
    venue,
    environment,
    region: region ?? REGION_DEFAULT,
    symbols,
    settleAsset,
    leverage,
    // Play money has nobody who could be surprised.
    leverageAtVenue: leverageAtVenue ?? (environment === 'paper' ? 'set' : 'compare'),
    allowsWithdrawal: allowWithdrawalKey ?? false,
    keepsStops: protection.required,
  };
}
