/** The model's activity with a model that says what a test wants, on candles as they are handed over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInferenceActivities, type PredictInput } from '../../../activities/inference';
import { seriesOf, type CandleSeries } from '../../../src/domain/candle-series';
import { ofOutcomeRow } from '../../../src/domain/live-score/outcome-rows';
import { ofColumns } from '../../../src/domain/model-gate/prediction-columns';
import { writeTick, type TickReference } from '../../../src/inference/candle-store';
import type { Model } from '../../../src/inference/session';
import type { FeatureBatch, HorizonForecast } from '../../../src/inference/types';
import { LAYOUT, MINUTE_MS } from '../inference/vectors';

const STEPS = 24;
const TICK_MS = 1_700_000_040_000;
const CANDLES = STEPS + 1 + 60;
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];
const HORIZON: HorizonForecast = {
  minutes: 15,
  mean: 0.001,
  quantiles: LEVELS.map((level) => ({ level, value: (level - 0.5) * 0.01 })),
  rise: [{ level: 0.9, value: 0.004 }],
  fall: [
    { level: 0.5, value: 0.001 },
    { level: 0.9, value: 0.003 },
  ],
};

let candlesDir: string;
beforeEach(() => {
  candlesDir = mkdtempSync(join(tmpdir(), 'oncefill-inference-'));
});
afterEach(() => rmSync(candlesDir, { recursive: true }));

/** Prices that go up and down by the minute; up in the last minutes. */
function series(count = CANDLES, missingMinute = -1): CandleSeries {
  const candles = Array.from({ length: count }, (_, index) => {
    const minute = count - index;
    const close = 100 + (index % 2) * 0.05 + (minute <= 10 ? 0.1 : 0);
    const text = String(close);
    return {
      openTimeMs: TICK_MS - minute * MINUTE_MS,
      open: text,
      high: String(close + 0.01),
      low: text,
      close: text,
      volume: '1',
    };
  });
  return seriesOf(candles.filter((_, index) => count - index !== missingMinute));
}

async function predict(
  wanted: Omit<PredictInput, 'reference'>,
  candles: Readonly<Record<string, CandleSeries>> = { BTCUSDT: series() },
  { metadata = {}, horizons = [HORIZON] }: { metadata?: object; horizons?: readonly HorizonForecast[] } = {},
) {
  const model = {
    metadata: {
      name: 'm',
      version: '1',
      sha256: 'ab'.repeat(32),
      input: { shape: ['batch', STEPS, 4], features: LAYOUT.features },
      horizonsMinutes: horizons.map(({ minutes }) => minutes),
      ...metadata,
    },
    predict: async ({ rows }: FeatureBatch) => ({
      predictions: rows.map((row) => ({ ...row, horizons, scale: 0.0005 })),
      skipped: [],
    }),
  } as unknown as Model;
  const logger = { info: () => undefined, warn: () => undefined } as never;
  const tick = { venue: 'bybit', intervalMs: MINUTE_MS, tickMs: TICK_MS, candlesBySymbol: candles };
  const reference: TickReference = await writeTick(candlesDir, tick);
  return createInferenceActivities({ model, candlesDir, logger }).predict({ reference, ...wanted });
}

const SCORE = { costs: '0.0013', scales: [] };

test("the gate gets its horizon's quantiles, and of the moves the one against the position", async () => {
  const forecast = await predict({ minimumReturn: '0.0003', horizonMinutes: 15 });
  expect(forecast.predictions?.[0]).toMatchObject({
    expectedReturn: 0.001,
    quantiles: [
      [0.05, -0.0045],
      [0.25, -0.0025],
      [0.5, 0],
      [0.75, 0.0025],
      [0.95, 0.0045],
    ],
    fall: [[0.9, 0.003]],
  });
  expect(forecast.predictions?.[0]).not.toHaveProperty('rise');
  expect(forecast).not.toHaveProperty('outcomes');
});

test('a horizon that the model lacks fails the tick with the horizons that it has', async () => {
  await expect(predict({ minimumReturn: '0.0003', horizonMinutes: 30 })).rejects.toMatchObject({
    type: 'MODEL_HORIZON_MISSING',
    nonRetryable: true,
    message: expect.stringContaining('predicts 15 minutes') as string,
  });
});

test('the outcome of the prediction of one horizon ago comes from the same candles', async () => {
  const { outcomes } = await predict({ minimumReturn: '0.0003', horizonMinutes: 15, score: SCORE });
  // From 100.05 to 100.1 (plus or minus a turn): up, well inside.
  expect(outcomes).toEqual([
    expect.objectContaining({ minutes: 15, outcomes: 1, inside50: 1, inside90: 1, directed: 1, hits: 1, beyond: 0 }),
  ]);
});

test('a symbol with a gap, or with too few candles, has no outcome', async () => {
  const outcomesOf = async (given: CandleSeries) =>
    (await predict({ horizonMinutes: 15, score: SCORE }, { BTCUSDT: series(), GAPUSDT: given })).outcomes?.[0]
      ?.outcomes;
  expect(await outcomesOf(series())).toBe(2);
  // In the window of now, in that of then, and before both.
  expect(await outcomesOf(series(CANDLES, 7))).toBe(1);
  expect(await outcomesOf(series(CANDLES, 35))).toBe(1);
  expect(await outcomesOf(series(CANDLES, 50))).toBe(2);
  expect(await outcomesOf(series(STEPS + 1))).toBe(1);
});

test('the online scale widens what is predicted, and what was predicted as it was then', async () => {
  const scales = [{ minutes: 15, now: Math.log(2), earlier: Math.log(0.01) }];
  const forecast = await predict({ minimumReturn: '0.0003', horizonMinutes: 15, score: { ...SCORE, scales } });
  expect(forecast.predictions?.[0]).toMatchObject({ expectedReturn: 0.001, fall: [[0.9, 0.006]] });
  expect(forecast.predictions?.[0]?.quantiles?.[0]).toEqual([0.05, -0.009]);
  expect(forecast.outcomes?.[0]).toMatchObject({ inside90: 0 });
});

test('a model without quantiles gives predictions as ever, and no score', async () => {
  const horizons = [{ minutes: 15, mean: 0.001 }];
  const { outcomes, predictions } = await predict({ minimumReturn: '0.0003', score: SCORE }, undefined, { horizons });
  expect(outcomes).toEqual([]);
  expect(Object.keys(predictions![0]!)).toEqual(['symbol', 'expectedReturn', 'closeTimeMs', 'close', 'deviation']);
});

test('candles that the model does not know are told with the measure, its value and its bounds', async () => {
  const trainingRanges = { scale: [0.0001, 0.01], zeroVolumeShare: [0.1, 0.2], zeroReturnShare: [0, 0.1] };
  const wanted = { minimumReturn: '0.0003', horizonMinutes: 15 };
  const told = await predict(wanted, undefined, { metadata: { trainingRanges, endOfDataMs: 5 } });
  expect(told.predictions?.[0]?.outOfRange).toBe(
    'the share of candles without trades is 0; the model knows 0.1 to 0.2',
  );
  expect(told.endOfDataMs).toBe(5);
});

test('a loop that reads columns gets the same in fewer bytes', async () => {
  const wanted = { minimumReturn: '0.0003', horizonMinutes: 15, score: SCORE };
  const { predictions, outcomes, ...rest } = await predict(wanted);
  const { columns, scored, ...others } = await predict({ ...wanted, inColumns: true });
  expect(others).toEqual(rest);
  expect(ofColumns(columns!, TICK_MS)).toEqual(predictions);
  expect(scored!.map(ofOutcomeRow)).toEqual(outcomes);
});

test("the reference is the one that the model's file tells", async () => {
  const ewmaQuantiles = [{ horizonMinutes: 15, levels: [0.95], values: [0] }];
  const told = await predict({ horizonMinutes: 15, score: SCORE }, undefined, { metadata: { ewmaQuantiles } });
  // Half of the move from 100.05 to 100.1, rounded as it is reported.
  expect(told.outcomes?.[0]?.ewmaLoss).toBeCloseTo(Math.log(100.1 / 100.05) / 2, 6);
});
