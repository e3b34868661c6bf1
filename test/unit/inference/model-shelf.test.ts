import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelShelf, SHELF_MODELS_MAX } from '../../../src/inference/model-shelf';

let folder: string;
let shelf: ModelShelf;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-shelf-'));
  shelf = new ModelShelf(folder);
});

afterEach(() => rmSync(folder, { recursive: true }));

function model(name: string, content = name): string {
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, content);
  return path;
}

function copies(): readonly string[] {
  return readdirSync(join(folder, 'models')).toSorted();
}

test('a copy bears its hash, brings the description beside it, and is for its owner alone', async () => {
  writeFileSync(join(folder, 'one.json'), '{}');
  const sha256 = await shelf.keep(model('one'));
  expect(copies()).toEqual([`${sha256}.json`, `${sha256}.onnx`]);
  expect(statSync(shelf.pathOf(sha256)).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'models')).mode & 0o777).toBe(0o700);
  expect(await shelf.keep(model('same', 'one'))).toBe(sha256);
});

test('the oldest copies go, never the one that predicts', async () => {
  const first = await shelf.keep(model('chosen'));
  await shelf.choose({ sha256: first, configuredSha256: first, by: 'anna', atMs: 1 });
  const later: string[] = [];
  for (let count = 0; count < SHELF_MODELS_MAX + 2; count += 1) {
    const sha256 = await shelf.keep(model(`model-${count}`));
    later.push(sha256);
    utimesSync(shelf.pathOf(sha256), 1_000 + count, 1_000 + count);
  }
  const kept = copies().filter((name) => name.endsWith('.onnx'));
  expect(kept).toEqual([first, ...later.slice(1 - SHELF_MODELS_MAX)].map((sha256) => `${sha256}.onnx`).toSorted());
});

test('a copy that was refused is forgotten, unless it predicts', async () => {
  const sha256 = await shelf.keep(model('one'));
  await shelf.choose({ sha256, configuredSha256: sha256, by: 'anna', atMs: 1 });
  await shelf.forget(sha256);
  expect(copies()).toContain(`${sha256}.onnx`);
  await shelf.choose(undefined);
  await shelf.forget(sha256);
  expect(copies()).toEqual([]);
});

test('a choice that cannot be read chooses nothing', async () => {
  const sha256 = await shelf.keep(model('one'));
  const choice = { sha256, configuredSha256: sha256, by: 'anna', atMs: 1 };
  await shelf.choose(choice);
  expect(await shelf.choice()).toEqual(choice);
  writeFileSync(join(folder, 'models', 'loaded.json'), JSON.stringify({ ...choice, sha256: '../one' }));
  expect(await shelf.choice()).toBeUndefined();
});

test.each(['missing.onnx', '.'])('%s is refused in a sentence', async (name) => {
  await expect(shelf.keep(join(folder, name))).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});
