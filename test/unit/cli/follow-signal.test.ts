import { followSignal } from '../../../src/cli/follow-signal';
import type { SignalState, SignalView } from '../../../src/domain/signal-view';
import { IntakeUnavailableError, type SignalIntake } from '../../../src/intake/types';

function viewAt(state: SignalState): SignalView {
  return {
    fingerprint: 'f',
    venue: 'bybit',
    signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestampMs: 0, intent: 'entry' },
    state,
    detail: `now ${state}`,
    sendAttempts: 0,
    timeline: [],
  };
}

/** Answers `show` with the given answers, one after the other. */
function scriptedIntake(answers: readonly (SignalView | undefined | Error)[]): SignalIntake {
  const remaining = [...answers];
  return {
    submit: () => Promise.reject(new Error('not part of this test')),
    list: () => Promise.reject(new Error('not part of this test')),
    settle: () => Promise.reject(new Error('not part of this test')),
    cancel: () => Promise.reject(new Error('not part of this test')),
    async show() {
      const answer = remaining.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe('followSignal', () => {
  test('returns the end and reports each state once', async () => {
    const intake = scriptedIntake(
      ['RECEIVED', 'RECEIVED', 'PLACING', 'ENDED'].map((state) => viewAt(state as SignalState)),
    );
    const states: string[] = [];
    const end = await followSignal(intake, 'f', (view) => states.push(view.state));
    expect(end.state).toBe('ENDED');
    expect(states).toEqual(['RECEIVED', 'PLACING', 'ENDED']);
  });

  test('goes on after a server that did not answer for a moment', async () => {
    const intake = scriptedIntake([new IntakeUnavailableError('restarting'), undefined, viewAt('ENDED')]);
    await expect(followSignal(intake, 'f', () => undefined)).resolves.toMatchObject({ state: 'ENDED' });
  });

  test('passes on an error that waiting cannot cure', async () => {
    const intake = scriptedIntake([new Error('a fault')]);
    await expect(followSignal(intake, 'f', () => undefined)).rejects.toThrow('a fault');
  });
});
