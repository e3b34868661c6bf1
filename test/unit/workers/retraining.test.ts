/** @jest-environment ./test/unit/inference/onnx-environment.js */
/**
 * From the word of a training to what predicts, with real model files. A script plays the training's Python, and the loop of the
 * predictions hands a wish to load on to the process that predicts, as the real one does.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createInferenceActivities } from '../../../activities/inference';
import { createModelActivities } from '../../../activities/models';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import type { Config } from '../../../src/config/schema';
import { seriesOf } from '../../../src/domain/candle-series';
import { shortHash } from '../../../src/domain/signal-source';
import { writeTick } from '../../../src/inference/candle-store';
import { sha256OfModel } from '../../../src/inference/model-shelf';
import type { LoadModelCommand } from '../../../src/messages/ml-manager';
import type { RetrainReport } from '../../../src/messages/ml-retrainer';
import { ENVIRONMENT_MARK, keyOf } from '../../../src/temporal/namespace-marks';
import { ModelKeeper } from '../../../workers/model-keeper';
import { retrainingActivities } from '../../../workers/retraining';
import { playTraining } from '../../support/played-training';
import { field } from '../inference/onnx-bytes';

const MODEL = join(packageRoot(), 'models', 'quantiles-60m.onnx');
/** A field of a model's file that changes nothing but its hash. */
const DOC_STRING = 6;
const MINUTE_MS = 60_000;
const TICK_MS = 1_800_000_000_000;
const LOGGER = { info: () => undefined, warn: () => undefined, error: () => undefined } as never;
const STAMP = { [keyOf(ENVIRONMENT_MARK)]: 'paper' };

let folder: string;
let config: Config;
let keepers: ModelKeeper[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'retraining-'));
  mkdirSync(join(folder, 'candles'));
  cpSync(MODEL, join(folder, 'configured.onnx'));
  const flags = [
    { flag: 'test', path: 'ml.model', value: join(folder, 'configured.onnx') },
    { flag: 'test', path: 'ml.retrain.dataDir', value: join(folder, 'candles') },
    { flag: 'test', path: 'dataDir', value: join(folder, 'data') },
  ];
  config = loadConfig({ env: {}, cwd: folder, flags });
  keepers = [];
});

afterEach(async () => {
  for (const { model } of keepers) await model.close();
  rmSync(folder, { recursive: true });
});

/** As a process that predicts does at its start. */
async function openKeeper(): Promise<ModelKeeper> {
  const keeper = await ModelKeeper.open(config, { counted: (model) => model, warn: () => undefined });
  keepers.push(keeper);
  return keeper;
}

function retrain(keeper: ModelKeeper): Promise<RetrainReport> {
  const models = createModelActivities({ replace: (command) => keeper.replace(command) });
  const loop = {
    executeUpdate: (_update: unknown, { args: [command] }: { readonly args: readonly [LoadModelCommand] }) =>
      models.loadModel(command),
  };
  const client = {
    options: { namespace: 'test' },
    workflowService: { describeNamespace: async () => ({ namespaceInfo: { data: STAMP } }) },
    withDeadline: (_deadline: unknown, work: () => Promise<unknown>) => work(),
    workflow: { getHandle: () => loop },
  };
  const trainings = retrainingActivities({ client, config, logger: LOGGER } as never, keeper, folder);
  return new MockActivityEnvironment().run(() => trainings.retrainModel());
}

/** Of a tick that this process predicts. */
async function hashOfNextForecast({ model }: ModelKeeper): Promise<string | undefined> {
  const candles = Array.from({ length: model.metadata.input.candlesNeeded }, (_, index) => {
    const close = String(100 + (index % 3) * 0.05);
    const openTimeMs = TICK_MS - (model.metadata.input.candlesNeeded - index) * MINUTE_MS;
    return {
      openTimeMs,
      open: close,
      high: String(Number(close) + 0.02),
      low: close,
      close,
      volume: String(1 + (index % 2)),
    };
  });
  const candlesBySymbol = { BTCUSDT: seriesOf(candles) };
  const candlesDir = join(folder, 'ticks');
  const reference = await writeTick(candlesDir, {
    venue: 'bybit',
    intervalMs: MINUTE_MS,
    tickMs: TICK_MS,
    candlesBySymbol,
  });
  const inference = createInferenceActivities({ model, candlesDir, logger: LOGGER });
  const { predicted, modelHash } = await inference.predict({ reference, minimumReturn: '0', horizonMinutes: 15 });
  expect(predicted).toBe(1);
  return modelHash;
}

test('a model that won predicts at once, is named by the next forecast, and predicts after a restart', async () => {
  const keeper = await openKeeper();
  const before = await hashOfNextForecast(keeper);
  playTraining(folder, Buffer.concat([readFileSync(MODEL), field(DOC_STRING, 'trained anew')]), {
    outcome: 'better',
    words: 'gain 1.20 % [0.40, 2.00]',
  });
  const sha256 = await sha256OfModel(join(folder, 'next.onnx'));

  const report = await retrain(keeper);

  expect(report).toEqual({ outcome: 'loaded', words: expect.stringContaining('gain 1.20 %'), sha256 });
  expect(keeper.served).toMatchObject({ sha256, from: 'loaded', by: 'the retraining' });
  expect(await hashOfNextForecast(keeper)).toBe(shortHash(sha256));
  expect(shortHash(sha256)).not.toBe(before);
  // A process that is killed leaves what is on the disk, and nothing else.
  expect((await openKeeper()).served).toEqual(keeper.served);
});

test('one that did not win stays out, and the report says so', async () => {
  const keeper = await openKeeper();
  const { served } = keeper;
  playTraining(folder, Buffer.concat([readFileSync(MODEL), field(DOC_STRING, 'trained anew')]), {
    outcome: 'not better',
    words: 'gain -0.30 % [-0.90, 0.20]',
  });
  expect(await retrain(keeper)).toEqual({
    outcome: 'kept',
    words: expect.stringMatching(/stays: not better; gain -0\.30 %/),
  });
  expect(keeper.served).toEqual(served);
  expect((await openKeeper()).served.from).toBe('configuration');
});

test('one that won and cannot be loaded stays out as a failure with the reason', async () => {
  const keeper = await openKeeper();
  const { served } = keeper;
  playTraining(folder, Buffer.from('no model'), { outcome: 'better', words: 'gain 1.20 %' });
  const report = await retrain(keeper);
  expect(report).toMatchObject({ outcome: 'failed', code: expect.stringMatching(/^MODEL_/) });
  expect(report.words).toMatch(/is better \(gain 1\.20 %\) and was not loaded: .+ is no ONNX model/);
  expect(keeper.served).toEqual(served);
});
