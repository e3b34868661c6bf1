import { followSignal } from '../../../src/cli/follow-signal';
import type { SignalState, SignalView } from '../../../src/domain/signal-view';
import { IntakeUnavailableError, type SignalDesk } from '../../../src/intake/types';

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
function scriptedDesk(answers: readonly (SignalView | undefined | Error)[]): SignalDesk {
  const remaining = [...answers];
  return {
    submit: () => Promise.reject(new Error('not part of this test')),
    list: () => Promise.reject(new Error('not part of this test')),
    async show() {
      const answer = remaining.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe('followSignal', () => {
  test('returns the end and reports each state once', async () => {
    const desk = scriptedDesk(
      ['RECEIVED', 'RECEIVED', 'PLACING', 'ENDED'].map((state) => viewAt(state as SignalState)),
    );
    const states: string[] = [];
    const end = await followSignal(desk, 'f', (view) => states.push(view.state));
    expect(end.state).toBe('ENDED');
    expect(states).toEqual(['RECEIVED', 'PLACING', 'ENDED']);
  });

  test('goes on after a server that did not answer for a moment', async () => {
    const desk = scriptedDesk([new IntakeUnavailableError('restarting'), undefined, viewAt('ENDED')]);
    await expect(followSignal(desk, 'f', () => undefined)).resolves.toMatchObject({ state: 'ENDED' });
  });

  test('passes on an error that waiting cannot cure', async () => {
    const desk = scriptedDesk([new Error('a fault')]);
    await expect(followSignal(desk, 'f', () => undefined)).rejects.toThrow('a fault');
  });
});
