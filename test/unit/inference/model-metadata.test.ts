import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ModelError } from '../../../src/inference/errors';
import { MODEL_BYTES_MAX } from '../../../src/inference/model-file';
import { checkCandleInterval, readModel, readModelMetadata } from '../../../src/inference/model-metadata';
import { readOnnxFile } from '../../../src/inference/onnx-file';
import { entry, field, MODEL_BYTES, numberField, shippedEntries, withEntries, withGraphField } from './onnx-bytes';
import { LAYOUT, MODEL_PATH } from './vectors';

const CONTRACT = 'oncefill.contract';
const WINDOW = 'oncefill.test_window';
const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const SHIPPED = shippedEntries();

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-metadata-'));
  path = join(folder, 'own.onnx');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function faultOf(content: Uint8Array): Promise<ModelError> {
  await writeFile(path, content);
  return faultAt(path);
}

async function faultAt(at: string): Promise<ModelError> {
  const error = await readModel(at, NOW_MS).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ModelError) return error;
  throw new Error('the model was accepted, or failed otherwise', { cause: error });
}

type Place = readonly (string | number)[];

/** An entry of the shipped model with one value replaced; `undefined` removes it. */
function changed(key: string, place: Place, value: unknown): string {
  const content = JSON.parse(SHIPPED[key]!) as Record<string, unknown>;
  let inner: Record<string | number, unknown> = content;
  for (const step of place.slice(0, -1)) inner = inner[step] as Record<string | number, unknown>;
  inner[place.at(-1)!] = value;
  return JSON.stringify(content);
}

test('the shipped model describes itself', async () => {
  const { metadata, testWindow } = await readModel(MODEL_PATH, NOW_MS);
  expect(metadata).toMatchObject({
    name: 'quantiles-60m',
    horizonsMinutes: [5, 15, 60],
    endOfDataMs: Date.parse('2023-03-15T00:00:00Z'),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
  expect(metadata.input).toMatchObject({ shape: ['batch', LAYOUT.steps, 4], features: LAYOUT.features });
  expect(metadata.trainingRanges?.scale[0]).toBeLessThan(metadata.trainingRanges!.scale[1]);
  expect(testWindow?.features).toHaveLength(LAYOUT.steps * 4);
});

test.each<[string, Place, unknown]>([
  ['a name on two lines', ['name'], 'a\nb'],
  ['a feature that does not exist', ['input', 'features', 1], 'moon_phase'],
  ['a feature twice', ['input', 'features', 1], 'log_return'],
  ['more features than the shape', ['input', 'shape', 2], 5],
  ['a fixed batch', ['input', 'shape', 0], 1],
  ['more steps than candles can be fetched', ['input', 'shape', 1], 1000],
  ['another number of candles', ['input', 'candlesNeeded'], 96],
  ['a reference without a horizon', ['ewmaQuantiles'], []],
  ['a reference in the lower half', ['ewmaQuantiles'], [{ horizonMinutes: 5, levels: [0.25], values: [1] }]],
  ['a reference that falls', ['ewmaQuantiles'], [{ horizonMinutes: 5, levels: [0.75, 0.95], values: [2, 1] }]],
  ['a reference with a value too few', ['ewmaQuantiles'], [{ horizonMinutes: 5, levels: [0.75, 0.95], values: [1] }]],
  ['a reference twice', ['ewmaQuantiles'], Array(2).fill({ horizonMinutes: 5, levels: [0.75], values: [1] })],
  ['candles of three minutes', ['input', 'candleIntervalMinutes'], 3],
  ['a horizon of zero', ['outputs', 1, 'horizonMinutes'], 0],
  ['a horizon of a year', ['outputs', 1, 'horizonMinutes'], 525_600],
  ['a horizon of half a minute', ['outputs', 1, 'horizonMinutes'], 0.5],
  ['a horizon twice', ['outputs', 1, 'horizonMinutes'], 15],
  ['an output twice', ['outputs', 1, 'name'], 'returns_15m'],
  ['levels that fall', ['outputs', 2, 'levels'], [0.5, 0.25]],
  ['a level twice', ['outputs', 2, 'levels'], [0.5, 0.5]],
  ['a level of 1', ['outputs', 2, 'levels'], [0.5, 1]],
  ['no levels', ['outputs', 2, 'levels'], []],
  ['another unit', ['outputs', 0, 'unit'], 'percent'],
  ['another kind', ['outputs', 0, 'kind'], 'probability'],
  ['no outputs', ['outputs'], []],
  ['a number without quotes', ['suggestedMinimumReturn'], 0.0003],
  ['an end of data that is no time', ['endOfData'], 'yesterday'],
  ['an end of data to come', ['endOfData'], '2026-02-01T00:00:00Z'],
  ['a range upside down', ['trainingRanges', 'scale'], [0.1, 0.01]],
  ['a share above 1', ['trainingRanges', 'zeroVolumeShare'], [0, 2]],
  ['no note', ['note'], undefined],
  ['an entry that nobody reads', ['leverage'], 100],
])('a contract with %s is refused with its place', async (_, place, value) => {
  const error = await faultOf(withEntries({ ...SHIPPED, [CONTRACT]: changed(CONTRACT, place, value) }));
  expect(error).toMatchObject({ code: 'MODEL_METADATA_INVALID' });
  expect(error.message).toContain(String(place[0]));
});

test('a list of 200,000 wrong entries is refused in a short sentence', async () => {
  const error = await faultOf(
    withEntries({ ...SHIPPED, [CONTRACT]: changed(CONTRACT, ['outputs'], Array(200_000).fill(1)) }),
  );
  expect(error).toMatchObject({ code: 'MODEL_METADATA_INVALID', fault: expect.stringContaining('outputs') as string });
  expect(error.message.length).toBeLessThan(1_000);
});

test.each<[string, Place, unknown]>([
  ['too few features', ['features'], [0.1]],
  ['an output less', ['outputs', 'scale'], undefined],
  ['an output more', ['outputs', 'other'], [1]],
  ['another number of quantiles', ['outputs', 'quantiles_5m'], [1]],
  ['a number beyond float32', ['features', 0], 1e300],
  ['a high below its close', ['features', 1], -0.001],
  ['200,000 words for numbers', ['features'], Array(200_000).fill('a')],
  ['50,000 outputs', ['outputs'], Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [index, 1]))],
])('a test window with %s is refused', async (_, place, value) => {
  const error = await faultOf(withEntries({ ...SHIPPED, [WINDOW]: changed(WINDOW, place, value) }));
  expect(error).toMatchObject({ code: 'MODEL_METADATA_INVALID' });
  expect(error.message).toContain(WINDOW);
});

test.each<[string, string | Uint8Array, string]>([
  ['no JSON', '{', 'is not JSON'],
  ['a key twice', '{"contractVersion":1,"contractVersion":1}', '"contractVersion" twice'],
  ['a key twice in disguise', '{"a":{"b":"{","b":1}}', '"b" twice'],
  ['JSON that is deep', '['.repeat(100_000) + ']'.repeat(100_000), 'deep'],
  ['other text than UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'UTF-8'],
  ['100 MiB', Buffer.alloc(100 * 1024 ** 2, ' '), 'bytes'],
])('an entry of %s is refused', async (_, text, words) => {
  const error = await faultOf(withEntries({ ...SHIPPED, [CONTRACT]: text }));
  expect(error).toMatchObject({ code: 'MODEL_METADATA_INVALID', fault: expect.stringContaining(words) as string });
});

test.each([2, '1', null, undefined])('version %j of the contract is refused', async (version) => {
  const error = await faultOf(withEntries({ ...SHIPPED, [CONTRACT]: changed(CONTRACT, ['contractVersion'], version) }));
  expect(error.code).toBe('MODEL_CONTRACT_UNSUPPORTED');
});

test('a file without a description, or without a test window, is refused, and so is an entry that stands there twice', async () => {
  expect(await faultOf(withEntries({}))).toMatchObject({ code: 'MODEL_METADATA_NOT_FOUND' });
  expect(await faultOf(withEntries({ [CONTRACT]: SHIPPED[CONTRACT]! }))).toMatchObject({
    code: 'MODEL_METADATA_NOT_FOUND',
    fault: expect.stringContaining(WINDOW) as string,
  });
  const twice = Buffer.concat([MODEL_BYTES, entry(CONTRACT, SHIPPED[CONTRACT]!)]);
  expect(await faultOf(twice)).toMatchObject({ code: 'MODEL_METADATA_INVALID' });
});

const hostileLength = Buffer.concat([MODEL_BYTES, Buffer.from([0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])]);
const external = Buffer.concat([field(8, 'weights'), numberField(14, 1)]);
const value = field(5, external);
const constant = field(5, value);

function ownOperator(part: Buffer): Buffer {
  return Buffer.concat([MODEL_BYTES, field(25, part)]);
}

test.each<[string, Uint8Array, string]>([
  ['nothing', Buffer.alloc(0), 'MODEL_DAMAGED'],
  ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'MODEL_NOT_ONNX'],
  ['JSON', Buffer.from('{"a":1}'), 'MODEL_NOT_ONNX'],
  ['an archive', Buffer.from('504b0304', 'hex'), 'MODEL_NOT_ONNX'],
  ['words', Buffer.from('no graph'), 'MODEL_NOT_ONNX'],
  ['protobuf that is no model', numberField(1, 8), 'MODEL_NOT_ONNX'],
  ['two graphs', Buffer.concat([MODEL_BYTES, MODEL_BYTES]), 'MODEL_DAMAGED'],
  ['its first part', MODEL_BYTES.subarray(0, 5_000), 'MODEL_DAMAGED'],
  ['all but its end', MODEL_BYTES.subarray(0, -3), 'MODEL_DAMAGED'],
  ['a length of terabytes', hostileLength, 'MODEL_DAMAGED'],
  ['weights elsewhere', withGraphField(field(5, external)), 'MODEL_EXTERNAL_DATA'],
  [
    'weights elsewhere, in an attribute of an operator',
    withGraphField(field(1, field(5, field(5, external)))),
    'MODEL_EXTERNAL_DATA',
  ],
  ['weights elsewhere, in an operator of its own', ownOperator(field(7, constant)), 'MODEL_EXTERNAL_DATA'],
  ['weights elsewhere, as what its own operator goes by', ownOperator(field(11, value)), 'MODEL_EXTERNAL_DATA'],
  ['millions of fields', withGraphField(Buffer.alloc(2 * 4_000_000, Buffer.from([0x78, 0]))), 'MODEL_TOO_LARGE'],
])('a file that holds %s is refused before the runtime sees it', async (_, content, code) => {
  expect(await faultOf(content)).toMatchObject({ code });
});

test('what is no file that can be read is refused', async () => {
  const link = join(folder, 'loop.onnx');
  await symlink(link, link);
  await mkdir(join(folder, 'folder.onnx'));
  const pipe = join(folder, 'pipe.onnx');
  execFileSync('mkfifo', [pipe]);
  for (const at of [
    link,
    pipe,
    join(folder, 'folder.onnx'),
    join(folder, 'absent.onnx'),
    join(MODEL_PATH, 'x'),
    '/dev/zero',
  ]) {
    expect(await faultAt(at)).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      message: expect.stringContaining(at) as string,
    });
  }
});

test('a huge file is refused unread', async () => {
  const huge = join(folder, 'huge.onnx');
  await copyFile(MODEL_PATH, huge);
  await truncate(huge, MODEL_BYTES_MAX + 1);
  expect(await faultAt(huge)).toMatchObject({ code: 'MODEL_TOO_LARGE' });
});

test('no bytes make the reader fail with anything but a sentence', () => {
  const cut = fc.tuple(fc.nat(MODEL_BYTES.length), fc.uint8Array({ maxLength: 8 })).map(([at, bytes]) => {
    const content = Buffer.from(MODEL_BYTES);
    content.set(bytes.subarray(0, content.length - at), at);
    return content;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), cut), (content) => {
      try {
        readOnnxFile(content, 'own.onnx');
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    }),
  );
});

test('candles of another interval than the model was trained on are refused', async () => {
  const metadata = await readModelMetadata(MODEL_PATH);
  expect(() => checkCandleInterval(metadata, 1)).not.toThrow();
  expect(() => checkCandleInterval(metadata, 5)).toThrow(
    expect.objectContaining({ code: 'MODEL_INTERVAL_MISMATCH' }) as Error,
  );
});
