import { jsonBytes } from '../src/domain/plain-values';
import type { VenueAccountSettings } from '../src/messages/venue-account';
import type { CarriedAccount } from './account-rules';
import type { EntryToTell } from './entries-to-tell';

/** The server refuses a next run whose input is larger in all; the rest is for what it writes around it. */
export const CARRIED_BYTES_MAX = 2 * 1024 * 1024 - 4 * 1024;

const COMMA_BYTES = 1;

/**
 * What an account carries over, as far as its next run may begin with it: states have bounds that leave room for the settings; of
 * entries whose positions nobody has booked, the newest that fit.
 *
 * @param settings that the next run begins with
 */
export function fittingAccount(settings: VenueAccountSettings, carried: CarriedAccount): CarriedAccount {
  const { entriesToTell, ...state } = carried;
  if (entriesToTell === undefined || entriesToTell.length === 0) return carried;
  let room = CARRIED_BYTES_MAX - jsonBytes(settings) - jsonBytes({ ...state, entriesToTell: [] });
  const hasNoRoom = (entry: EntryToTell): boolean => (room -= jsonBytes(entry) + COMMA_BYTES) < 0;
  const lastLeft = entriesToTell.findLastIndex(hasNoRoom);
  return lastLeft === -1 ? carried : { ...state, entriesToTell: entriesToTell.slice(lastLeft + 1) };
}
