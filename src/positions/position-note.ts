import type { PositionNote } from '../domain/explain/types';
import type { SignalView } from '../domain/signal-view';
import type { PositionView } from '../messages/position';
import type { PositionWorkflows } from './position-workflows';

const UNTOLD: PositionNote = { state: 'untold', words: 'no trading engine told in time how it stands' };

/**
 * What is known of the position that a signal opened or reduced; undefined: another one is open, or none was seen yet.
 *
 * @param timeoutMs how long it may take to tell
 */
export async function positionNoteOf(
  positions: Pick<PositionWorkflows, 'show'>,
  view: SignalView,
  timeoutMs?: number,
): Promise<PositionNote | undefined> {
  if (view.outcome !== 'FILLED' && view.outcome !== 'PARTIALLY_FILLED') return undefined;
  try {
    const position = await positions.show(view.signal.symbol, timeoutMs);
    return position && noteOf(position, view.fingerprint);
  } catch {
    // The rest of an explanation is true without it.
    return UNTOLD;
  }
}

function noteOf(position: PositionView, fingerprint: string): PositionNote | undefined {
  const { state, openers, exitFingerprint, trade, row } = position;
  const isOurs = openers.some((opener) => opener.fingerprint === fingerprint) || exitFingerprint === fingerprint;
  if (!isOurs) return undefined;
  if (trade) return { state: 'closed', words: `closed at ${trade.exitPrice} (${trade.reason}), net ${trade.net}` };
  switch (state) {
    case 'FLAT':
    case 'BOOKED':
      return { state: 'closed', words: 'closed; what it came to is not booked yet' };
    case 'OPEN':
      return { state: 'guarded', words: `${row?.size ?? '?'} open, without a stop as it is configured` };
    case 'UNPROTECTED':
      return { state: 'unguarded', words: 'open without a stop' };
    case 'OPENING':
      return { state: 'unguarded', words: 'the venue has not shown it yet' };
    case 'EXITING':
      return { state: 'guarded', words: `being closed (${position.exitReason ?? 'no reason given'})` };
    case 'PROTECTED': {
      const target = row?.takeProfit ? `, target ${row.takeProfit}` : '';
      return { state: 'guarded', words: `${row?.size ?? '?'} open, stop ${row?.stopLoss ?? 'set'}${target}` };
    }
  }
}
