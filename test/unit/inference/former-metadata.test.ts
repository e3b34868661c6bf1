import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ModelError } from '../../../src/inference/errors';
import { metadataPath, parseFormerMetadata, readFormerMetadata } from '../../../src/inference/former-metadata';
import { FORMER_MODEL_PATH } from './vectors';

const TEXT = readFileSync(metadataPath(FORMER_MODEL_PATH), 'utf8');
const SHA256 = createHash('sha256').update(readFileSync(FORMER_MODEL_PATH)).digest('hex');

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
    parseFormerMetadata(text, 'some/model.json');
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('the metadata were accepted');
}

test('a description beside the model still describes it', async () => {
  const metadata = await readFormerMetadata(FORMER_MODEL_PATH, SHA256);
  expect(metadata).toMatchObject({
    family: 'UnifiedPatchTST',
    outputs: [{ name: 'returns_15m', kind: 'mean', horizonMinutes: 15 }],
    horizonsMinutes: [15],
  });
});

test('it is refused beside another file, and absent where there is none', async () => {
  await expect(readFormerMetadata(FORMER_MODEL_PATH, '0'.repeat(64))).rejects.toMatchObject({
    code: 'MODEL_HASH_MISMATCH',
  });
  await expect(readFormerMetadata('no/such.onnx', SHA256)).resolves.toBeUndefined();
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
  expect(() => parseFormerMetadata(withEntry(['metrics'], { anything: 1 }), 'x')).not.toThrow();
});
