import { presentPredictions, renderPredictions } from '../../../src/cli/render-predictions';
import { PLAIN } from '../../../src/cli/terminal';
import type { PredictionsReport } from '../../../src/observability/predictions-report';

const TICK_MS = Date.UTC(2026, 10, 29, 13, 4);
const MINUTE_MS = 60_000;

const REPORT: PredictionsReport = {
  state: {
    status: 'running',
    model: 'returns 1.0',
    gate: 'demo',
    lastTickMs: TICK_MS,
    nextTickMs: TICK_MS + MINUTE_MS + 2_000,
    lastFunnel: { OPENED: 1, BELOW_MINIMUM: 10, VIEW_OPEN: 1 },
    demoWords: 'demo: expected to lose about 0.13 %',
    views: [{ symbol: 'BTCUSDT', direction: 'BUY', openedAtMs: TICK_MS, endsAtMs: TICK_MS + 15 * MINUTE_MS }],
  },
  stats: {
    ticks: 2,
    failedTicks: 1,
    predictions: 24,
    signalsAccepted: 2,
    signalsDuplicate: 0,
    signalsRefused: 0,
    funnel: { OPENED: 2, BELOW_MINIMUM: 21, VIEW_OPEN: 1 },
  },
};

test('a person reads what became of the predictions, what a demo costs, and which views are open', () => {
  expect(renderPredictions(REPORT, PLAIN).split('\n')).toEqual([
    'Predictions running, model returns 1.0.',
    'Last candle 2026-11-29 13:04:00 UTC, next 2026-11-29 13:05:02 UTC.',
    'Gate: demo (paper only: a prediction need not promise what its trade costs).',
    "Each signal is a demo: expected to lose about 0.13 % of its order's value.",
    'Last tick: predicted 12: opened 1, below the least return 10, view open 1.',
    'So far: predicted 24: opened 2, below the least return 21, view open 1.',
    '2 ticks, 1 failed; signals: 2 accepted, 0 duplicate, 0 refused.',
    'VIEW     SIDE  SINCE                    UNTIL',
    'BTCUSDT  BUY   2026-11-29 13:04:00 UTC  2026-11-29 13:19:00 UTC',
  ]);
});

test('the last hour and the last day are told beside all that was, each since when it was counted', () => {
  const { funnel: _, ...counts } = REPORT.stats;
  const lastHour = { sinceMs: TICK_MS - 59 * MINUTE_MS, ...counts, ticks: 1, funnel: { OPENED: 1, BELOW_MINIMUM: 11 } };
  const lastDay = { sinceMs: TICK_MS - 1_439 * MINUTE_MS, ...counts };
  const report = { ...REPORT, stats: { ...REPORT.stats, lastHour, lastDay } };
  expect(renderPredictions(report, PLAIN).split('\n')).toEqual(
    expect.arrayContaining([
      'The hour up to it: predicted 12: opened 1, below the least return 11. 1 tick, 1 failed; signals: 2 accepted, 0 duplicate, 0 refused.',
      'The day up to it: 2 ticks, 1 failed; signals: 2 accepted, 0 duplicate, 0 refused.',
    ]),
  );
  expect(presentPredictions(report)).toMatchObject({
    ticks: 2,
    last_hour: { since: '2026-11-29T12:05:00.000Z', ticks: 1, funnel: { BELOW_MINIMUM: 11 } },
    last_day: { since: '2026-11-28T13:05:00.000Z', signals: { accepted: 2 } },
  });
});

test('a loop of before the gate, or before its first tick, is told as what it is', () => {
  const state = { status: 'paused', model: 'not loaded yet', nextTickMs: TICK_MS, lastError: 'No candles.' } as const;
  const { funnel: _, ...stats } = REPORT.stats;
  const lines = renderPredictions({ state, stats }, PLAIN).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'No gate is configured: no prediction becomes a signal.',
      'The last tick failed: No candles.',
      'No view is open.',
    ]),
  );
});

test('a program reads the same', () => {
  expect(presentPredictions(REPORT)).toMatchObject({
    running: true,
    gate: 'demo',
    demo: 'demo: expected to lose about 0.13 %',
    signals: { accepted: 2, duplicate: 0, refused: 0 },
    last_funnel: { OPENED: 1, BELOW_MINIMUM: 10, VIEW_OPEN: 1 },
    views: [{ symbol: 'BTCUSDT', direction: 'BUY', ends_at: '2026-11-29T13:19:00.000Z' }],
  });
});

test('who gets no predictions is said', () => {
  const leftOut = 'No predictions for the last 12 of the 60 symbols.';
  const report = { ...REPORT, state: { ...REPORT.state, leftOut } };
  expect(renderPredictions(report, PLAIN).split('\n')).toContain(leftOut);
  expect(presentPredictions(report)).toMatchObject({ left_out: leftOut });
});

describe('the live score', () => {
  const horizon = {
    minutes: 15,
    outcomes: 2_880,
    recentOutcomes: 1_440,
    coverage50: 0.4274,
    coverage90: 0.8941,
    hitRate: 0.4965,
    skill: 0.001,
    brierSkill: -0.0236,
    scale: 1.0029,
    isCalibrated: true,
    isJudged: true,
  };
  const modelData = { endOfDataMs: Date.UTC(2023, 2, 15), ageDays: 1_355 };
  const scored = (changes: object): PredictionsReport => ({
    ...REPORT,
    state: { ...REPORT.state, horizonMinutes: 15, modelData, liveScore: [{ ...horizon, ...changes }] },
  });

  test('says how old the model is, how its intervals held, and whether that is enough', () => {
    const text = renderPredictions(scored({}), PLAIN);
    expect(text).toContain('Its training data end 2023-03-15, 1355 days ago; no age stops its signals.');
    expect(text).toMatch(/15 min +2880 +42\.7 % +89\.4 % +49\.6 % +\+0\.1 % +-2\.4 % +1\.00 x/);
    expect(text).toContain('The intervals of 15 minutes hold.');
    expect(renderPredictions(scored({ isCalibrated: false }), PLAIN)).toContain('Not calibrated: too few intervals');
    expect(renderPredictions(scored({ isJudged: false, recentOutcomes: 7 }), PLAIN)).toContain(
      'is not known yet: 7 outcomes are too few',
    );
  });

  test('is the same for a program', () => {
    expect(presentPredictions(scored({ isJudged: false }))).toMatchObject({
      model_data: { ends_at: '2023-03-15T00:00:00.000Z', age_days: 1_355 },
      live_score: [{ horizon_minutes: 15, coverage_90: 0.8941, skill_against_ewma: 0.001, calibrated: undefined }],
    });
  });
});
