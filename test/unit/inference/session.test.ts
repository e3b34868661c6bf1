/** @jest-environment ./test/unit/inference/onnx-environment.js */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildFeatures } from '../../../src/inference/features';
import { metadataPath } from '../../../src/inference/model-metadata';
import { BATCH_ROWS_MAX, loadModel } from '../../../src/inference/session';
import type { Model } from '../../../src/inference/session';
import type { FeatureBatch } from '../../../src/inference/types';
import { candleBatch, LAYOUT, MODEL_PATH, STEPS, SYMBOLS, VECTORS } from './vectors';

const CPU = { executionProvider: 'cpu' } as const;
const WINDOW = STEPS * LAYOUT.features.length;

describe('the committed model', () => {
  let model: Model;

  beforeAll(async () => {
    model = await loadModel(MODEL_PATH, CPU);
  });
  afterAll(() => model.close());

  async function returns(batch: FeatureBatch): Promise<number[]> {
    return (await model.predict(batch)).predictions.map((prediction) => prediction.horizons[0]!.mean);
  }

  test('predicts from candles what the training code predicts from them', async () => {
    const { predictions, skipped } = await model.predict(buildFeatures(candleBatch(), SYMBOLS, LAYOUT).batch);
    expect(skipped).toEqual([]);
    expect(predictions.map(({ symbol }) => symbol)).toEqual(SYMBOLS);
    for (const [index, { returns15m }] of VECTORS.entries()) {
      expect(Math.abs(predictions[index]!.horizons[0]!.mean - returns15m)).toBeLessThan(
        1e-4 * Math.abs(returns15m) + 1e-8,
      );
    }
  });

  test('gives a batch of many what it gives each alone', async () => {
    const many = Array.from({ length: 40 }, (_, index) => SYMBOLS[index % SYMBOLS.length]!);
    const together = await returns(buildFeatures(candleBatch(), many, LAYOUT).batch);
    expect(together).toHaveLength(many.length);
    for (const [index, symbol] of many.entries()) {
      const [alone] = await returns(buildFeatures(candleBatch(), [symbol], LAYOUT).batch);
      expect(together[index]).toBeCloseTo(alone!, 8);
    }
  });

  test('scales its prediction with the volatility of the window', async () => {
    const { batch } = buildFeatures(candleBatch(), SYMBOLS, LAYOUT);
    const wilder = { ...batch, data: batch.data.map((value, index) => (index % 4 === 3 ? value : value * 3)) };
    const [calm, wild] = [await returns(batch), await returns(wilder)];
    for (const [index, value] of calm.entries()) expect(wild[index]! / value).toBeCloseTo(3, 2);
  });

  test('leaves out the symbol for which it has no finite number, and keeps the others', async () => {
    const { batch } = buildFeatures(candleBatch(), SYMBOLS, LAYOUT);
    const data = batch.data.slice();
    data[WINDOW] = Number.POSITIVE_INFINITY;
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
});

describe('a model that cannot be used', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-'));
    path = join(folder, 'copy.onnx');
    await copyFile(MODEL_PATH, path);
    await copyFile(metadataPath(MODEL_PATH), metadataPath(path));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function changeMetadata(change: (metadata: Metadata) => void): Promise<void> {
    const metadata = JSON.parse(await readFile(metadataPath(path), 'utf8')) as Metadata;
    change(metadata);
    await writeFile(metadataPath(path), JSON.stringify(metadata));
  }

  interface Metadata {
    sha256: string;
    input: { name: string; shape: [string, number, number]; candlesNeeded: number };
    outputs: { name: string; horizonMinutes: number; unit: string }[];
  }

  test('is named when it does not exist', async () => {
    const absent = join(folder, 'absent.onnx');
    await expect(loadModel(absent, CPU)).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining(absent) as string,
    });
  });

  test('is refused when its bytes are not those that its metadata describe', async () => {
    const content = await readFile(path);
    content[content.length >> 1]! ^= 1;
    await writeFile(path, content);
    await expect(loadModel(path, CPU)).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH' });
  });

  test('is refused when it is no ONNX graph, although its hash is right', async () => {
    await writeFile(path, 'no graph');
    await changeMetadata((metadata) => {
      metadata.sha256 = createHash('sha256').update('no graph').digest('hex');
    });
    await expect(loadModel(path, CPU)).rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED' });
  });

  test.each<[string, (metadata: Metadata) => void]>([
    ['input name', (metadata) => (metadata.input.name = 'candles')],
    [
      'number of steps',
      (metadata) => {
        metadata.input.shape[1] = 32;
        metadata.input.candlesNeeded = 33;
      },
    ],
    ['output', (metadata) => metadata.outputs.push({ name: 'returns_60m', horizonMinutes: 60, unit: 'log return' })],
  ])('is refused when its graph has another %s than its metadata', async (_, change) => {
    await changeMetadata(change);
    await expect(loadModel(path, CPU)).rejects.toMatchObject({ code: 'MODEL_SHAPE_MISMATCH' });
  });

  const runtimeFolder = dirname(require.resolve('onnxruntime-node/package.json'));
  const cudaLibrary = join('bin/napi-v6', process.platform, process.arch, 'libonnxruntime_providers_cuda.so');
  const hasCuda = existsSync(join(runtimeFolder, cudaLibrary));
  // Where the runtime has CUDA the request may succeed, and there is nothing to refuse.
  (hasCuda ? test.skip : test)('is refused on a GPU that is not there, instead of running on the CPU', async () => {
    await expect(loadModel(path, { executionProvider: 'cuda' })).rejects.toMatchObject({
      code: 'EXECUTION_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('ml.executionProvider') as string,
    });
  });
});
