import { presentPart, renderStatus } from '../../../src/cli/render-status';
import { PLAIN } from '../../../src/cli/terminal';

test('the status has one line per part with mark, name, state, PID and connection', () => {
  const text = renderStatus(
    [
      { name: 'trading_engine', status: 'healthy', pid: 4711, text: 'heartbeat 2 s ago' },
      { name: 'ml_manager', status: 'degraded', pid: 4712, text: 'the last tick failed' },
      { name: 'temporal', status: 'unhealthy', text: '127.0.0.1:7233 does not answer' },
    ],
    PLAIN,
  );
  expect(text.split('\n')).toEqual([
    '   PART            STATE     PID',
    '●  trading_engine  up        4711  heartbeat 2 s ago',
    '◐  ml_manager      degraded  4712  the last tick failed',
    '○  temporal        down      -     127.0.0.1:7233 does not answer',
  ]);
});

test('a part that is starting is shown as degraded, also as JSON', () => {
  const part = { name: 'ml_manager', status: 'starting', pid: 4712, text: 'no heartbeat yet' } as const;
  expect(presentPart(part)).toEqual({ name: 'ml_manager', state: 'degraded', pid: 4712, text: 'no heartbeat yet' });
});
