import { ExitCode } from '../../../src/process/exit-codes';
import type { CliError } from '../../../src/cli/cli-error';
import { exitCodeOf, withTimestamp } from '../../../src/cli/signal-send';
import { IntakeUnavailableError } from '../../../src/intake/types';
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

describe('a command that got no answer', () => {
  const { signal } = ended('FILLED');

  test('says with which time it must be repeated, so that it stays the same signal', () => {
    const error = withTimestamp(new IntakeUnavailableError('No answer.'), {
      ...signal,
      timestampMs: 1_700_000_000_123,
    });
    expect(error).toMatchObject({ exitCode: ExitCode.UNAVAILABLE });
    expect((error as CliError).message).toContain('--timestamp 2023-11-14T22:13:20.123Z');
  });

  test('leaves every other error as it is', () => {
    const error = new Error('a fault');
    expect(withTimestamp(error, signal)).toBe(error);
  });
});
