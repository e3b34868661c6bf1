import type { TradingState } from './ledger/types';
import { faultOfReason, keepableReason } from './readable-text';

/** The reason for a change of the trading state, as it is kept. */
export type StateReason =
  /** `fault`: what was wrong with it as it was written, words that follow "it"; it is kept otherwise. */
  { readonly kept: string; readonly fault?: string } | { readonly kept?: undefined; readonly fault: string };

/**
 * Reads why somebody stops trading or goes on with it. To stop does not fail for the words that it is asked in, unless there are none;
 * to go on does, for words that the record could not keep as they are.
 */
export function readStateReason(written: string, to: TradingState): StateReason {
  const reason = written.trim();
  if (reason === '') return { fault: 'is empty: say why, for those who look later' };
  const fault = faultOfReason(reason);
  if (fault === undefined) return { kept: reason };
  return to === 'active' ? { fault } : { kept: keepableReason(reason), fault };
}
