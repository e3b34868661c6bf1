import { ExitCode } from '../../../src/process/exit-codes';
import { exitCodeOf } from '../../../src/cli/signal-send';
import type { SignalOutcome, SignalView } from '../../../src/domain/signal-view';

const ACCEPTED = { status: 'accepted', fingerprint: '0123456789abcdef' } as const;

function ended(outcome: SignalOutcome): SignalView {
  return {
    fingerprint: ACCEPTED.fingerprint,
    venue: 'bybit',
    signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestampMs: 0, intent: 'entry' },
    state: 'ENDED',
    outcome,
    detail: '',
    sendAttempts: 0,
    timeline: [],
  };
}

describe('the exit code of signal send', () => {
  test('an accepted signal that nobody waits for is a success', () => {
    expect(exitCodeOf(ACCEPTED, undefined)).toBe(ExitCode.SUCCESS);
  });

  test.each<[SignalOutcome, ExitCode]>([
    ['FILLED', ExitCode.SUCCESS],
    ['PARTIALLY_FILLED', ExitCode.SUCCESS],
    ['CANCELLED', ExitCode.NOT_FILLED],
    ['REJECTED', ExitCode.NOT_FILLED],
    ['DENIED', ExitCode.NOT_FILLED],
    ['EXPIRED', ExitCode.NOT_FILLED],
  ])('a signal that ended %s gives %i', (outcome, exitCode) => {
    expect(exitCodeOf(ACCEPTED, ended(outcome))).toBe(exitCode);
  });

  test('a duplicate and a refused signal are refusals', () => {
    expect(exitCodeOf({ status: 'duplicate', fingerprint: 'f', conflicting: false }, undefined)).toBe(ExitCode.REFUSED);
    expect(exitCodeOf({ status: 'refused', code: 'STALE_SIGNAL', message: '' }, undefined)).toBe(ExitCode.REFUSED);
  });
});
