import { describeReport } from '../../../src/supervisor/describe-report';

describe('describeReport', () => {
  test('a death tells the cause, the next start, and the last words', () => {
    const lines = describeReport(
      {
        kind: 'died',
        name: 'api',
        cause: 'exit code 7',
        isHung: false,
        lastLines: ['boom'],
        deathsInARow: 1,
        restartInMs: 500,
      },
      '/data/logs/api.out.log',
    );
    expect(lines).toEqual([
      'api died (exit code 7); it starts again in 0.5 s. Its last output, more in /data/logs/api.out.log:',
      '    boom',
    ]);
  });

  test('a wrong configuration shows what the process said', () => {
    const lines = describeReport(
      { kind: 'misconfigured', name: 'api', exitCode: 2, lastLines: ['API_PORT is "x"'] },
      'unused',
    );
    expect(lines).toEqual(['api cannot run with this configuration:', '    API_PORT is "x"']);
  });

  test('a part that had no time left to stop is told so, and that nothing is lost', () => {
    const [line] = describeReport({ kind: 'killed', name: 'trading_engine', graceMs: 0 }, 'unused');
    expect(line).toContain('0.0 s left of the time to stop (7.0 s for all parts). Nothing is lost');
  });

  test('a line for people carries its time', () => {
    const lines = describeReport({ kind: 'line', name: 'api', text: 'a signal came', atMs: 1_000 }, 'unused');
    expect(lines).toEqual(['00:00:01  a signal came']);
  });
});
