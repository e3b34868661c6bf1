/** @jest-environment ./test/unit/inference/onnx-environment.js */
/** Which model predicts, with real files: before and after a restart, and where a copy or the configured file has changed. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import type { Config } from '../../../src/config/schema';
import { ModelShelf } from '../../../src/inference/model-shelf';
import { ModelKeeper } from '../../../workers/model-keeper';

const MODEL = join(packageRoot(), 'models', 'returns-15m');
const INPUT = { steps: 64, features: 4 };

let folder: string;
let config: Config;
let shelf: ModelShelf;
let warnings: string[];
let keepers: ModelKeeper[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-keeper-'));
  for (const suffix of ['onnx', 'json']) cpSync(`${MODEL}.${suffix}`, join(folder, `configured.${suffix}`));
  config = loadConfig({
    env: {},
    cwd: folder,
    flags: [
      { flag: '--model', path: 'ml.model', value: join(folder, 'configured.onnx') },
      { flag: '--data', path: 'dataDir', value: join(folder, 'data') },
    ],
  });
  shelf = new ModelShelf(config.dataDir);
  warnings = [];
  keepers = [];
});

afterEach(async () => {
  for (const { model } of keepers) await model.close();
  rmSync(folder, { recursive: true });
});

async function open(): Promise<ModelKeeper> {
  const keeper = await ModelKeeper.open(config, { counted: (model) => model, warn: (words) => warnings.push(words) });
  keepers.push(keeper);
  return keeper;
}

async function predicts({ model }: ModelKeeper): Promise<number> {
  const data = new Float32Array(INPUT.steps * INPUT.features);
  const { predictions } = await model.predict({ ...INPUT, rows: [{ symbol: 'A', closeTimeMs: 0 }], data });
  return predictions.length;
}

test('a model that was loaded predicts at once and after a restart; the configured one, once it is asked for', async () => {
  const sha256 = await shelf.keep(`${MODEL}.onnx`);
  const keeper = await open();
  expect(keeper.served.from).toBe('configuration');
  expect(await keeper.replace({ sha256, by: 'anna' })).toMatchObject({ from: 'loaded', by: 'anna', sha256 });
  expect(await predicts(keeper)).toBe(1);
  expect(keeper.servedPath).toBe(shelf.pathOf(sha256));

  const restarted = await open();
  expect(restarted.served).toEqual(keeper.served);
  expect(await restarted.replace({ by: 'berta' })).toMatchObject({ from: 'configuration' });
  expect((await open()).served).toMatchObject({ from: 'configuration' });
  expect(warnings).toEqual([]);
});

test('what cannot be loaded leaves the model before it where it is', async () => {
  const broken = join(folder, 'broken.onnx');
  writeFileSync(broken, 'not a model');
  const keeper = await open();
  const before = keeper.served;
  const sha256 = await shelf.keep(broken);
  await expect(keeper.replace({ sha256, by: 'anna' })).rejects.toMatchObject({ message: expect.stringMatching(/\w/) });
  const neverKept = '0'.repeat(64);
  await expect(keeper.replace({ sha256: neverKept, by: 'anna' })).rejects.toMatchObject({ code: expect.any(String) });
  expect(keeper.served).toEqual(before);
  expect(await predicts(keeper)).toBe(1);
  expect((await open()).served).toMatchObject({ from: 'configuration' });
});

test('a copy that was damaged since is left out at a restart, and so is one that another configuration was chosen after', async () => {
  const sha256 = await shelf.keep(`${MODEL}.onnx`);
  const keeper = await open();
  await keeper.replace({ sha256, by: 'anna' });
  writeFileSync(shelf.pathOf(sha256), 'damaged');
  const damaged = await open();
  expect(damaged.served).toMatchObject({ from: 'configuration', note: expect.stringContaining('anna') });
  expect(await predicts(damaged)).toBe(1);

  await shelf.choose({ sha256, configuredSha256: '0'.repeat(64), by: 'anna', atMs: 1 });
  expect((await open()).served).toMatchObject({ note: expect.stringContaining('has changed') });
  expect(warnings).toHaveLength(2);
});
