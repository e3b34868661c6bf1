import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readTick, TICKS_KEPT_MAX, writeTick } from '../../../src/inference/candle-store';
import type { TickReference } from '../../../src/inference/candle-store';
import { MINUTE_MS, TICK_MS, VECTORS } from './vectors';

const CANDLES_BY_SYMBOL = Object.fromEntries(VECTORS.map(({ symbol, candles }) => [symbol, candles]));
let candlesDir: string;

beforeEach(async () => {
  candlesDir = join(await mkdtemp(join(tmpdir(), 'candles-')), 'candles');
});
afterEach(() => rm(join(candlesDir, '..'), { recursive: true, force: true }));

function write(tickMs = TICK_MS, venue = 'paper'): Promise<TickReference> {
  return writeTick(candlesDir, { venue, intervalMs: MINUTE_MS, tickMs, candlesBySymbol: CANDLES_BY_SYMBOL });
}

async function expectNotFound(reference: TickReference): Promise<void> {
  await expect(readTick(candlesDir, reference)).rejects.toMatchObject({ code: 'CANDLES_NOT_FOUND' });
}

test('candles come back as they were, through a small reference that survives JSON', async () => {
  const reference = await write();
  expect(reference).toMatchObject({ tickMs: TICK_MS, symbols: Object.keys(CANDLES_BY_SYMBOL) });
  const batch = await readTick(candlesDir, JSON.parse(JSON.stringify(reference)) as TickReference);
  expect(batch).toEqual({ tickMs: TICK_MS, intervalMs: MINUTE_MS, candles: CANDLES_BY_SYMBOL });
  expect(await readdir(candlesDir)).toEqual([`paper-1m-${TICK_MS}.json.gz`]);
});

test('the newest ticks are kept, for each venue by itself, and remains of a killed process go with their tick', async () => {
  const ticksMs = Array.from({ length: TICKS_KEPT_MAX + 2 }, (_, index) => TICK_MS + index * MINUTE_MS);
  const other = await write(TICK_MS, 'bybit');
  const oldest = await write(ticksMs[0]);
  await writeFile(join(candlesDir, `${oldest.fileName}.remains.tmp`), 'half');
  for (const tickMs of ticksMs.slice(1)) await write(tickMs);
  const kept = ticksMs.slice(2).map((tickMs) => `paper-1m-${tickMs}.json.gz`);
  expect((await readdir(candlesDir)).toSorted()).toEqual([other.fileName, ...kept]);
  await expectNotFound(oldest);
});

test('a tick older than all kept ones can be read after it was written', async () => {
  for (let index = 1; index <= TICKS_KEPT_MAX; index += 1) await write(TICK_MS + index * MINUTE_MS);
  await expect(readTick(candlesDir, await write())).resolves.toMatchObject({ tickMs: TICK_MS });
});

test('writers of one tick at the same time leave one whole file', async () => {
  const [reference] = await Promise.all(Array.from({ length: 8 }, () => write()));
  await expect(readTick(candlesDir, reference!)).resolves.toMatchObject({ tickMs: TICK_MS });
  expect(await readdir(candlesDir)).toHaveLength(1);
});

test('a missing folder or file is answered with CANDLES_NOT_FOUND', async () => {
  const reference = await write();
  await rm(candlesDir, { recursive: true });
  await expectNotFound(reference);
});

test('a truncated or changed file is answered with CANDLES_NOT_FOUND', async () => {
  const reference = await write();
  const path = join(candlesDir, reference.fileName);
  const content = await readFile(path);
  await truncate(path, content.length - 10);
  await expectNotFound(reference);
  content[content.length >> 1]! ^= 1;
  await writeFile(path, content);
  await expectNotFound(reference);
});

test('whole candles other than those the reference was made for are answered with CANDLES_NOT_FOUND', async () => {
  const reference = await write();
  const [first] = VECTORS;
  const candlesBySymbol = { ...CANDLES_BY_SYMBOL, [first!.symbol]: first!.candles.slice(1) };
  await writeTick(candlesDir, { venue: 'paper', intervalMs: MINUTE_MS, tickMs: TICK_MS, candlesBySymbol });
  await expectNotFound(reference);
});

test.each([
  ['no gzip', Buffer.from('{}')],
  ['no JSON', gzipSync('candles')],
  ['no candles', gzipSync('{"tickMs": 5}')],
  ['another tick', gzipSync(JSON.stringify({ tickMs: 5, intervalMs: MINUTE_MS, candles: {} }))],
])('a file that holds %s is answered with CANDLES_NOT_FOUND, even with its own hash', async (_, content) => {
  const reference = await write();
  await writeFile(join(candlesDir, reference.fileName), content);
  await expectNotFound({ ...reference, sha256: createHash('sha256').update(content).digest('hex') });
});

test.each([
  (name: string) => `../${name}`,
  (name: string) => `../candles/${name}`,
  (name: string) => `paper-1m-5.json.gz/../../${name}`,
])('a reference cannot name a file outside of the folder, even with whole candles in it (%#)', async (path) => {
  const reference = await write();
  await copyFile(join(candlesDir, reference.fileName), join(candlesDir, '..', reference.fileName));
  await mkdir(join(candlesDir, 'paper-1m-5.json.gz'));
  await expectNotFound({ ...reference, fileName: path(reference.fileName) });
});
