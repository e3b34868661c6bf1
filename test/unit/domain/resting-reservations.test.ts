import { ledgerHealth, emptyLedger } from '../../../src/domain/ledger/ledger';
import type { LedgerEntry } from '../../../src/domain/ledger/state';
import { withoutResting } from '../../../src/domain/resting-reservations';

const MADE_AT_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

/** A reservation whose signal could be sent for five minutes. */
function entryOf(metadata: Readonly<Record<string, string | number>>, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    requestId: 'r',
    expiresAtMs: MADE_AT_MS + 300_000,
    lockedAmount: '10',
    reservation: {
      id: 'f',
      asset: 'USDT',
      amount: '10',
      intent: 'entry',
      purpose: 'BUY 1 BTCUSDT',
      metadata,
      status: 'pending',
      createdAtMs: MADE_AT_MS,
    },
    ...more,
  };
}

function overdueAfter(hours: number, entry: LedgerEntry): number {
  const nowMs = MADE_AT_MS + hours * HOUR_MS;
  const state = { ...emptyLedger({ snapshotLagMs: 0, reportAgeMaxMs: 0 }), pending: [entry] };
  return ledgerHealth(withoutResting(state, nowMs), nowMs).overdue.length;
}

test.each<[string, LedgerEntry, number, number]>([
  ['of an order without options should have ended', entryOf({}), 1, 1],
  ['of a GTC order that was seen open never should', entryOf({ timeInForce: 'GTC' }), 100_000, 0],
  ['of a GTC order that nobody saw should have', entryOf({ timeInForce: 'GTC' }, { lockedAmount: undefined }), 1, 1],
  ['of an order that is good for a day may be there until then', entryOf({ goodForSeconds: 86_400 }), 23, 0],
  ['of an order that was good for a day should have ended', entryOf({ goodForSeconds: 86_400 }), 25, 1],
  ['of a POST_ONLY order should have ended as any other', entryOf({ timeInForce: 'POST_ONLY' }), 1, 1],
])('a reservation %s', (_name, entry, hours, overdue) => expect(overdueAfter(hours, entry)).toBe(overdue));
