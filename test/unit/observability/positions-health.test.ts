import { Registry } from 'prom-client';
import { tellPositions } from '../../../src/observability/metrics/ask-system';
import { describePositions } from '../../../src/observability/positions-health';
import type { RiskView } from '../../../src/messages/venue-account';
import { aRow } from '../positions/samples';

const risk = (change: Partial<RiskView> = {}): RiskView => ({
  positionsAsOfMs: 1,
  positions: [aRow()],
  unprotected: [],
  rules: [],
  ...change,
});

async function told(view: RiskView): Promise<string> {
  const registry = new Registry();
  const part = { name: 'positions', status: 'healthy', text: '', risk: view } as const;
  tellPositions(registry, 'bybit', { details: [part] });
  return registry.metrics();
}

test('positions that are guarded are well', () => {
  expect(describePositions(risk())).toMatchObject({ status: 'healthy', text: '1 open', problems: [] });
});

test.each<[string, Partial<RiskView>, string]>([
  ['one without a stop', { unprotected: ['BTCUSDT'] }, 'The position of BTCUSDT has no stop'],
  [
    'one that nobody here opened',
    { rules: [{ code: 'POSITION_FOREIGN', of: 'BTCUSDT', isBlocking: true }] },
    'The position of BTCUSDT was opened by nobody here',
  ],
  [
    'a bound of loss that a person ends',
    { rules: [{ code: 'DRAWDOWN_LIMIT', limit: '10 %', value: '12 %', isBlocking: true }] },
    'No entry is taken: DRAWDOWN_LIMIT is reached (12 % of 10 %), until a person resumes trading',
  ],
])('%s is a problem in words', (_what, change, words) => {
  expect(describePositions(risk(change))).toMatchObject({ status: 'degraded', problems: [words] });
});

test('metrics tell size, value and stop of each position, and what blocks every entry', async () => {
  const text = await told(
    risk({
      equity: '99990.5',
      unprotected: ['BTCUSDT'],
      rules: [{ code: 'LOSS_STREAK', limit: '8', isBlocking: true }],
    }),
  );
  for (const line of [
    'oncefill_position_size{exchange="bybit",symbol="BTCUSDT",side="LONG"} 0.5',
    'oncefill_position_value{exchange="bybit",symbol="BTCUSDT",side="LONG"} 30600',
    'oncefill_position_unprotected{exchange="bybit",symbol="BTCUSDT"} 1',
    'oncefill_risk_equity{exchange="bybit"} 99990.5',
    'oncefill_risk_blocking{exchange="bybit",code="LOSS_STREAK"} 1',
  ]) {
    expect(text).toContain(line);
  }
});

test('before the venue told its positions no metric of them is told', async () => {
  expect((await told(risk({ positionsAsOfMs: 0, equity: '1' }))).trim()).toBe('');
});
