import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as workerThreads from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { buildFeatures } from '../../../src/inference/features';
import { differenceOf } from '../../../src/inference/parity';
import { BATCH_ROWS_MAX, loadModel } from '../../../src/inference/session';
import type { Model } from '../../../src/inference/session';
import type { FeatureBatch, HorizonForecast } from '../../../src/inference/types';
import { exchanged, shippedEntries, withEntries, withNanWeight } from './onnx-bytes';
import { candleBatch, FORMER_MODEL_PATH, FORMER_VECTORS, LAYOUT, MODEL_PATH, STEPS, SYMBOLS, VECTORS } from './vectors';

const threads: Worker[] = [];
jest.mock<object>('node:worker_threads', () => {
  const actual = jest.requireActual<typeof workerThreads>('node:worker_threads');
  class KnownWorker extends actual.Worker {
    constructor(...parts: ConstructorParameters<typeof Worker>) {
      super(...parts);
      threads.push(this);
    }
  }
  return { ...actual, Worker: KnownWorker };
});

const ON_CPU = { executionProviders: ['cpu'] };
const WINDOW = STEPS * LAYOUT.features.length;
/** In no build for this system. */
const FOREIGN_PROVIDER = process.platform === 'darwin' ? 'dml' : 'coreml';

describe('the shipped model', () => {
  let model: Model;

  beforeAll(async () => {
    model = await loadModel(MODEL_PATH, ON_CPU);
  });
  afterAll(() => model.close());

  async function horizons(batch: FeatureBatch): Promise<(readonly HorizonForecast[])[]> {
    return (await model.predict(batch)).predictions.map((prediction) => prediction.horizons);
  }

  test('predicts from candles what the training code predicts from them', async () => {
    const { predictions, skipped } = await model.predict(buildFeatures(candleBatch(), SYMBOLS, LAYOUT).batch);
    expect(skipped).toEqual([]);
    expect(predictions.map(({ symbol }) => symbol)).toEqual(SYMBOLS);
    for (const [index, { outputs }] of VECTORS.entries()) {
      const { scale, horizons: found } = predictions[index]!;
      const values = (list: HorizonForecast['rise']) => list!.map(({ value }) => value);
      const actual: Record<string, readonly number[]> = { scale: [scale!] };
      for (const { minutes, mean, quantiles, rise, fall } of found) {
        actual[`returns_${minutes}m`] = [mean];
        actual[`quantiles_${minutes}m`] = values(quantiles);
        actual[`rise_${minutes}m`] = values(rise);
        actual[`fall_${minutes}m`] = values(fall);
      }
      const names = model.metadata.outputs.map(({ name }) => name);
      const difference = differenceOf(
        model.metadata.outputs,
        names.map((name) => actual[name]!),
        names.map((name) => outputs[name]!),
      );
      expect(difference).toMatchObject({ isWithin: true });
    }
  });

  test('gives each horizon with its levels', async () => {
    const [first] = await horizons(buildFeatures(candleBatch(), SYMBOLS, LAYOUT).batch);
    expect(first!.map(({ minutes }) => minutes)).toEqual([5, 15, 60]);
    expect(first![1]!.quantiles!.map(({ level }) => level)).toEqual([0.05, 0.25, 0.5, 0.75, 0.95]);
  });

  test('gives a batch of many what it gives each alone', async () => {
    const many = Array.from({ length: 40 }, (_, index) => SYMBOLS[index % SYMBOLS.length]!);
    const together = await horizons(buildFeatures(candleBatch(), many, LAYOUT).batch);
    expect(together).toHaveLength(many.length);
    for (const [index, symbol] of SYMBOLS.entries()) {
      const [alone] = await horizons(buildFeatures(candleBatch(), [symbol], LAYOUT).batch);
      expect(together[index]![1]!.mean).toBeCloseTo(alone![1]!.mean, 8);
    }
  });

  test('leaves out the symbol for which it has no finite number, and keeps the others', async () => {
    const { batch } = buildFeatures(candleBatch(), SYMBOLS, LAYOUT);
    const data = batch.data.slice();
    data[WINDOW] = Number.NaN;
    const { predictions, skipped } = await model.predict({ ...batch, data });
    expect(skipped).toEqual([expect.objectContaining({ symbol: SYMBOLS[1], code: 'PREDICTION_NOT_FINITE' })]);
    expect(predictions.map(({ symbol }) => symbol)).toEqual([SYMBOLS[0], SYMBOLS[2]]);
  });

  test('answers a batch without symbols', async () => {
    await expect(model.predict(buildFeatures(candleBatch(), [], LAYOUT).batch)).resolves.toEqual({
      predictions: [],
      skipped: [],
    });
  });

  test('refuses a batch of another shape or with too many symbols', async () => {
    const { batch } = buildFeatures(candleBatch(), SYMBOLS, LAYOUT);
    const invalid = { code: 'BATCH_INVALID' };
    await expect(model.predict({ ...batch, steps: 32 })).rejects.toMatchObject(invalid);
    await expect(model.predict({ ...batch, data: batch.data.slice(1) })).rejects.toMatchObject(invalid);
    const rows = Array.from({ length: BATCH_ROWS_MAX + 1 }, () => batch.rows[0]!);
    const data = new Float32Array(rows.length * WINDOW);
    await expect(model.predict({ ...batch, rows, data })).rejects.toMatchObject(invalid);
  });

  test('whose thread dies fails that prediction, and makes the next one', async () => {
    const { batch } = buildFeatures(candleBatch(), SYMBOLS, LAYOUT);
    const before = await horizons(batch);
    // Before it is asked: a thread that is ended in the midst of a run takes the process with it.
    const gone = threads.at(-1)!.terminate();
    await expect(model.predict(batch)).rejects.toMatchObject({ code: 'MODEL_STOPPED' });
    await gone;
    expect(await horizons(batch)).toEqual(before);
  });
});

describe('a model', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-'));
    path = join(folder, 'own.onnx');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('with its description beside it predicts its one horizon', async () => {
    const model = await loadModel(FORMER_MODEL_PATH, ON_CPU);
    const [, steps, features] = model.metadata.input.shape;
    const rows = FORMER_VECTORS.map(({ symbol }) => ({ symbol, closeTimeMs: 0 }));
    const data = Float32Array.from(FORMER_VECTORS.flatMap((vector) => vector.features));
    const { predictions } = await model.predict({ rows, steps, features, data });
    for (const [index, { outputs }] of FORMER_VECTORS.entries()) {
      expect(predictions[index]!.horizons).toEqual([
        { minutes: 15, mean: expect.closeTo(outputs['returns_15m']![0]!, 7) as number },
      ]);
    }
    await model.close();
    await expect(model.predict({ rows, steps, features, data })).rejects.toMatchObject({ code: 'MODEL_STOPPED' });
  });

  test('runs on the processor where no other provider is there, and says why', async () => {
    const model = await loadModel(MODEL_PATH, { executionProviders: [FOREIGN_PROVIDER] });
    expect(model.provider).toBe('cpu');
    expect(model.refusedProviders).toEqual([
      { provider: FOREIGN_PROVIDER, reason: 'this runtime has no such provider' },
    ]);
    await model.close();
  });

  test('does not run at all where the processor is ruled out', async () => {
    await expect(loadModel(MODEL_PATH, { executionProviders: [FOREIGN_PROVIDER, 'no-cpu'] })).rejects.toMatchObject({
      code: 'EXECUTION_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('ml.executionProviders') as string,
    });
  });

  const entries = shippedEntries();
  const ofOtherSteps = {
    'oncefill.contract': entries['oncefill.contract']!.replace('"batch",96,4', '"batch",95,4').replace('97', '96'),
    'oncefill.test_window': JSON.stringify({
      ...(JSON.parse(entries['oncefill.test_window']!) as object),
      features: Array.from({ length: 95 * 4 }, () => 0),
    }),
  };
  const otherAnswer = entries['oncefill.test_window']!.replace('"returns_5m":[', '"returns_5m":[1');

  test.each<[string, Uint8Array, string]>([
    ['has a weight that is no number', withNanWeight(), 'MODEL_ANSWER_DIFFERS'],
    [
      'answers otherwise than it says',
      withEntries({ ...entries, 'oncefill.test_window': otherAnswer }),
      'MODEL_ANSWER_DIFFERS',
    ],
    ['has another graph than it says', withEntries({ ...entries, ...ofOtherSteps }), 'MODEL_SHAPE_MISMATCH'],
    ['uses an unknown operator', exchanged(Buffer.from('Softplus'), Buffer.from('Softplux')), 'MODEL_OPERATOR_UNKNOWN'],
    ['is of a later format', exchanged(Buffer.from([8, 8]), Buffer.from([8, 99])), 'MODEL_TOO_NEW'],
    ['is of later operators', exchanged(Buffer.from([10, 0, 16, 17]), Buffer.from([10, 0, 16, 99])), 'MODEL_TOO_NEW'],
  ])('that %s is refused in words without a path of its makers', async (_, content, code) => {
    await writeFile(path, content);
    await expect(loadModel(path, ON_CPU)).rejects.toMatchObject({
      code,
      message: expect.not.stringMatching(/onnxruntime|\.cc|\n/) as string,
    });
  });
});
