import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sliceOf } from '../../../src/domain/candle-series';
import { encodeCandles } from '../../../src/inference/candle-file';
import {
  readKeptTicks,
  readTick,
  TICKS_KEPT_MAX,
  writePartOfTick,
  writeTick,
} from '../../../src/inference/candle-store';
import type { TickReference } from '../../../src/inference/candle-store';
import { candleBatch, MINUTE_MS, SYMBOLS, TICK_MS, VECTORS } from './vectors';

const CANDLES_BY_SYMBOL = candleBatch().candles;
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
  expect(batch).toEqual({ tickMs: TICK_MS, intervalMs: MINUTE_MS, candles: CANDLES_BY_SYMBOL, missing: {} });
  expect(await readdir(candlesDir)).toEqual([`paper-1m-${TICK_MS}.candles`]);
});

test('the newest ticks are kept, for each venue by itself, and remains of a killed process go with their tick', async () => {
  const ticksMs = Array.from({ length: TICKS_KEPT_MAX + 2 }, (_, index) => TICK_MS + index * MINUTE_MS);
  const other = await write(TICK_MS, 'bybit');
  const oldest = await write(ticksMs[0]);
  await writeFile(join(candlesDir, `${oldest.fileName}.remains.tmp`), 'half');
  for (const tickMs of ticksMs.slice(1)) await write(tickMs);
  const kept = ticksMs.slice(2).map((tickMs) => `paper-1m-${tickMs}.candles`);
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
  const candlesBySymbol = { ...CANDLES_BY_SYMBOL, [first!.symbol]: sliceOf(CANDLES_BY_SYMBOL[first!.symbol]!, 1) };
  await writeTick(candlesDir, { venue: 'paper', intervalMs: MINUTE_MS, tickMs: TICK_MS, candlesBySymbol });
  await expectNotFound(reference);
});

/** Candles in the form of the file, with another word or header, and a good hash of all that. */
function forged(change: (content: Buffer) => Buffer): Buffer {
  const changed = change(encodeCandles(candleBatch()).content.subarray(0, -32));
  return Buffer.concat([changed, createHash('sha256').update(changed).digest()]);
}

test.each([
  ['nothing', Buffer.of()],
  ['something else', Buffer.from('{}')],
  ['no more than its first word', Buffer.from('candles1')],
  ['another form of candles', forged((content) => Buffer.concat([Buffer.from('candles9'), content.subarray(8)]))],
  ['fewer numbers than it says', forged((content) => content.subarray(0, -8))],
  ['a header that is longer than the file', forged((content) => (content.writeUInt32LE(2 ** 31, 8), content))],
  ['a header that says nothing', forged((content) => content.fill(0x20, 16, 60))],
  ['another tick', encodeCandles({ ...candleBatch(), tickMs: 5 }).content],
])('a file that holds %s is answered with CANDLES_NOT_FOUND, even with its own hash', async (_, content) => {
  const reference = await write();
  await writeFile(join(candlesDir, reference.fileName), content);
  const sha256 = createHash('sha256').update(content.subarray(0, -32)).digest('hex');
  await expectNotFound({ ...reference, sha256 });
});

test('what was fetched of a tick in the midst is there for whoever fetches again, and gone once the tick is whole', async () => {
  await write(TICK_MS - MINUTE_MS);
  const [symbol] = SYMBOLS;
  const candlesBySymbol = { [symbol!]: CANDLES_BY_SYMBOL[symbol!]! };
  const of = { venue: 'paper', intervalMs: MINUTE_MS };
  await writePartOfTick(candlesDir, { ...of, tickMs: TICK_MS, candlesBySymbol });
  await writeFile(join(candlesDir, `paper-1m-${TICK_MS - 2 * MINUTE_MS}.candles`), 'damaged');
  const kept = await readKeptTicks(candlesDir, of);
  expect(kept.map(({ tickMs, candles }) => [tickMs, Object.keys(candles)])).toEqual([
    [TICK_MS - MINUTE_MS, SYMBOLS],
    [TICK_MS, [symbol]],
  ]);
  expect(await readKeptTicks(candlesDir, { ...of, venue: 'other' })).toEqual([]);
  await write();
  expect((await readdir(candlesDir)).filter((name) => name.includes('part'))).toEqual([]);
});

test('a symbol without new candles is named, with the reason', async () => {
  const missing = { NEWUSDT: 'No.', [SYMBOLS[0]!]: 'No.' };
  const fetched = {
    venue: 'paper',
    intervalMs: MINUTE_MS,
    tickMs: TICK_MS,
    candlesBySymbol: CANDLES_BY_SYMBOL,
    missing,
  };
  const reference = await writeTick(candlesDir, fetched);
  expect(reference.symbols).toEqual([...SYMBOLS, 'NEWUSDT']);
  expect((await readTick(candlesDir, reference)).missing).toEqual(missing);
});

test('the files of releases of before are removed, and a reference to one is answered with CANDLES_NOT_FOUND', async () => {
  await mkdir(candlesDir, { recursive: true });
  const old = `paper-1m-${TICK_MS - 10 * MINUTE_MS}.json.gz`;
  await writeFile(join(candlesDir, old), 'old');
  for (let index = 0; index < TICKS_KEPT_MAX; index += 1) await write(TICK_MS + index * MINUTE_MS);
  expect(await readdir(candlesDir)).not.toContain(old);
  await expectNotFound({ ...(await write()), fileName: old });
});

test.each([
  (name: string) => `../${name}`,
  (name: string) => `../candles/${name}`,
  (name: string) => `paper-1m-5.candles/../../${name}`,
])('a reference cannot name a file outside of the folder, even with whole candles in it (%#)', async (path) => {
  const reference = await write();
  await copyFile(join(candlesDir, reference.fileName), join(candlesDir, '..', reference.fileName));
  await mkdir(join(candlesDir, 'paper-1m-5.candles'));
  await expectNotFound({ ...reference, fileName: path(reference.fileName) });
});
