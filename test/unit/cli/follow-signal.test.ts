import { followSignal } from '../../../src/cli/follow-signal';
import type { SignalStage, SignalView } from '../../../src/domain/signal-view';
import { IntakeUnavailableError, type SignalDesk } from '../../../src/intake/types';

function viewAt(stage: SignalStage): SignalView {
  return {
    fingerprint: 'f',
    venue: 'bybit',
    signal: { symbol: 'BTCUSDT', direction: 'BUY', strategy: 's', timestampMs: 0, intent: 'entry' },
    stage,
    detail: `now ${stage}`,
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
  test('returns the end and reports each stage once', async () => {
    const desk = scriptedDesk(
      ['RECEIVED', 'RECEIVED', 'PLACING', 'ENDED'].map((stage) => viewAt(stage as SignalStage)),
    );
    const stages: string[] = [];
    const end = await followSignal(desk, 'f', (view) => stages.push(view.stage));
    expect(end.stage).toBe('ENDED');
    expect(stages).toEqual(['RECEIVED', 'PLACING', 'ENDED']);
  });

  test('goes on after a server that did not answer for a moment', async () => {
    const desk = scriptedDesk([new IntakeUnavailableError('restarting'), undefined, viewAt('ENDED')]);
    await expect(followSignal(desk, 'f', () => undefined)).resolves.toMatchObject({ stage: 'ENDED' });
  });

  test('passes on an error that waiting cannot cure', async () => {
    const desk = scriptedDesk([new Error('a fault')]);
    await expect(followSignal(desk, 'f', () => undefined)).rejects.toThrow('a fault');
  });
});
