import { readFileSync } from 'node:fs';
import { ModelError } from '../../../src/inference/errors';
import {
  checkCandleInterval,
  metadataPath,
  parseModelMetadata,
  readModelMetadata,
} from '../../../src/inference/model-metadata';
import { LAYOUT, MODEL_PATH } from './vectors';

const TEXT = readFileSync(metadataPath(MODEL_PATH), 'utf8');

/** The committed metadata with one entry replaced; `undefined` removes it. */
function withEntry(path: readonly (string | number)[], value: unknown): string {
  const content = JSON.parse(TEXT) as Record<string, unknown>;
  let place: Record<string | number, unknown> = content;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  place[path.at(-1)!] = value;
  return JSON.stringify(content);
}

function fault(text: string): ModelError {
  try {
    parseModelMetadata(text, 'some/model.json');
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('the metadata were accepted');
}

test('the committed metadata describe the committed model', async () => {
  const metadata = await readModelMetadata(MODEL_PATH);
  expect(metadata).toMatchObject({ family: 'UnifiedPatchTST', outputs: [{ name: 'returns_15m', horizonMinutes: 15 }] });
  expect(metadata.input.shape[1]).toBe(LAYOUT.steps);
  expect(metadata.input.features).toEqual(LAYOUT.features);
});

test.each([
  [['sha256'], 'ABC'],
  [['input', 'features', 1], 'moon_phase'],
  [
    ['input', 'shape'],
    ['batch', 64, 5],
  ],
  [
    ['input', 'shape'],
    [1, 64, 4],
  ],
  [['input', 'candlesNeeded'], 64],
  [['input', 'candleIntervalMinutes'], 3],
  [['outputs', 0, 'horizonMinutes'], 60],
  [['outputs', 0, 'name'], 'returns_60m'],
  [['outputs', 0, 'unit'], 'percent'],
  [['suggestedMinimumReturn'], 0.0003],
  [['note'], undefined],
] as [(string | number)[], unknown][])('a wrong %j (%j) is named with the file', (path, value) => {
  const error = fault(withEntry(path, value));
  expect(error.code).toBe('MODEL_METADATA_INVALID');
  expect(error.message).toContain('some/model.json');
  expect(error.message).toContain(String(path[0]));
});

test('text that is not JSON, and JSON that is no object, are refused with the file named', () => {
  for (const text of ['{', '[]', 'null']) {
    expect(fault(text)).toMatchObject({
      code: 'MODEL_METADATA_INVALID',
      message: expect.stringContaining('some/model.json') as string,
    });
  }
});

test('entries for people do not matter', () => {
  expect(() => parseModelMetadata(withEntry(['metrics'], { anything: 1 }), 'x')).not.toThrow();
});

test('absent metadata are refused with the path', async () => {
  await expect(readModelMetadata('no/such.onnx')).rejects.toMatchObject({
    code: 'MODEL_METADATA_NOT_FOUND',
    message: expect.stringContaining('no/such.json') as string,
  });
});

test('candles of another interval than the model was trained on are refused', () => {
  const metadata = parseModelMetadata(TEXT, 'x');
  expect(() => checkCandleInterval(metadata, 1)).not.toThrow();
  expect(() => checkCandleInterval(metadata, 5)).toThrow(
    expect.objectContaining({ code: 'MODEL_INTERVAL_MISMATCH' }) as Error,
  );
});
