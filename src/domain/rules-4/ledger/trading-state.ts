import { appendBounded, cutText } from '../plain-values';
import { REASON_BYTES_MAX, TRADING_STATE_CHANGES_MAX } from './state';
import type { LedgerState, LedgerStep } from './state';
import type { SetTradingStateCommand, SetTradingStateResult, TradingStateChange } from './types';
import { tradingStateCommandFault } from './validation';

/**
 * Halts, reduces or resumes trading. A repeated request changes nothing, so that a late repetition of "resume" cannot
 * undo a halt made since.
 */
export function setTradingState(
  state: LedgerState,
  command: SetTradingStateCommand,
  nowMs: number,
): LedgerStep<SetTradingStateResult> {
  const fault = tradingStateCommandFault(command);
  if (fault !== undefined) return { state, result: { status: 'invalid', message: fault } };
  const known = state.tradingStateChanges.find((change) => change.requestId === command.requestId);
  if (known !== undefined) {
    return known.to === command.to
      ? { state, result: { status: 'set', isNew: false, change: known } }
      : { state, result: { status: 'conflict', change: known } };
  }
  const change: TradingStateChange = {
    requestId: command.requestId,
    to: command.to,
    reason: cutText(typeof command.reason === 'string' ? command.reason : '', REASON_BYTES_MAX),
    atMs: nowMs,
  };
  return {
    state: {
      ...state,
      tradingState: command.to,
      tradingStateChanges: appendBounded(state.tradingStateChanges, change, TRADING_STATE_CHANGES_MAX),
    },
    result: { status: 'set', isNew: true, change },
  };
}
