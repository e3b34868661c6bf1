/** What the loop of the predictions carries from run to run, over a week of minutes by a clock of its own. */
import type { Forecast } from '../../../activities/inference';
import type { IntakeResult } from '../../../activities/intake';
import { countsBetween, NO_RECENT, withTick, type TickCounts } from '../../../src/domain/model-gate/recent-counts';
import type { GateSettings } from '../../../src/domain/model-gate/types';
import type { MlManagerSettings } from '../../../src/messages/ml-manager';
import { PredictionGate } from '../../../workflows/gated-predictions';
import { COSTS, MINUTE_MS, predicted, SETTINGS, START_MS } from '../domain/model-gate/fixtures';

const TICKS = 10_000;
/** As many as make the server suggest a new run. */
const TICKS_PER_RUN = 370;
/** Of twelve symbols. It goes into the first event of each run, of which the server takes 2 MiB. */
const STATE_BYTES_MAX = 64 * 1024;
/** Figures get longer. */
const GROWTH_MAX = 1.05;
const HORIZONS = [5, 15, 60];
const GATE: GateSettings = { ...SETTINGS, assumedCosts: '0.0013', coverageMin: '0.8', coverageOutcomes: 500 };
const LOOP: MlManagerSettings = {
  environment: 'paper',
  venue: 'bybit',
  symbols: Array.from({ length: 12 }, (_, index) => `S${index}USDT`),
  candleIntervalMs: MINUTE_MS,
  closeDelayMs: 0,
  gate: GATE,
};
const NONE: TickCounts = {
  ticks: 0,
  failedTicks: 0,
  predictions: 0,
  signalsAccepted: 0,
  signalsDuplicate: 0,
  signalsRefused: 0,
};

beforeEach(() => jest.useFakeTimers({ now: START_MS }));
afterEach(() => jest.useRealTimers());

/** The same numbers in every run, from 0 to below 1. */
function numbers(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function forecastOf(minute: number, next: () => number): Forecast {
  const all = LOOP.symbols.map((symbol) => predicted((next() - 0.5) / 500, minute, symbol));
  const isBeyond = (expected: number): boolean => Math.abs(expected) > Number(GATE.minimumReturn);
  const small = all.filter(({ expectedReturn }) => !isBeyond(expectedReturn));
  const inside90 = Math.round(all.length * (0.8 + next() / 5));
  const sums = { outcomes: all.length, inside50: 6, inside90, directed: 12, hits: 6, loss: 0.0041, ewmaLoss: 0.0042 };
  return {
    model: 'returns 1',
    modelHash: '0123456789abcdef',
    endOfDataMs: START_MS,
    outcomes: HORIZONS.map((minutes) => ({ minutes, ...sums, beyond: 3, brier: 1.234 })),
    predicted: all.length,
    predictions: all.filter(({ expectedReturn }) => isBeyond(expectedReturn)),
    below: Object.fromEntries(small.map(({ symbol, expectedReturn }) => [symbol, expectedReturn])),
    missing: {},
    skipped: { stale: 0, others: 0 },
    signals: [],
  };
}

test('over ten thousand ticks what a run carries over has a bound, and does not grow', () => {
  const next = numbers();
  let gate = new PredictionGate(undefined);
  let stats = NONE;
  let recent = NO_RECENT;
  const sizes: number[] = [];
  for (let minute = 1; minute <= TICKS; minute += 1) {
    const closeMs = START_MS + minute * MINUTE_MS;
    jest.setSystemTime(closeMs);
    const before = { ...stats, funnel: gate.carried.funnel };
    gate.wanted(GATE, closeMs);
    const forecast = forecastOf(minute, next);
    gate.learned(forecast, GATE, closeMs);
    const priced = gate.symbolsToPrice(forecast, LOOP, GATE);
    const costs = Object.fromEntries(priced.map((symbol) => [symbol, COSTS]));
    const { signals } = gate.judge(forecast, LOOP, GATE, costs, closeMs);
    const results = signals.map((_, index): IntakeResult =>
      index % 2 === 0
        ? { status: 'accepted', fingerprint: 'f'.repeat(64) }
        : { status: 'refused', code: 'SIGNAL_BUDGET', message: 'Too many signals.' },
    );
    gate.answered(signals, results);
    gate.refused(signals.filter((_, index) => index % 2 === 1).map(({ symbol }) => symbol));
    stats = { ...stats, ticks: minute, predictions: stats.predictions + forecast.predicted };
    recent = withTick(recent, countsBetween(before, { ...stats, funnel: gate.carried.funnel }), closeMs);
    if (minute % TICKS_PER_RUN !== 0) continue;
    const carried = JSON.stringify({ stats, recent, gate: gate.carried });
    sizes.push(Buffer.byteLength(carried));
    const restored = JSON.parse(carried) as { gate: PredictionGate['carried']; recent: typeof recent };
    gate = new PredictionGate(restored.gate);
    recent = restored.recent;
  }
  expect(gate.carried.funnel?.OPENED).toBeGreaterThan(TICKS / 100);
  expect(gate.carried.score?.horizons).toHaveLength(HORIZONS.length);
  expect(Math.max(...sizes)).toBeLessThan(STATE_BYTES_MAX);
  const half = Math.floor(sizes.length / 2);
  expect(Math.max(...sizes.slice(half))).toBeLessThan(GROWTH_MAX * Math.max(...sizes.slice(0, half)));
});
