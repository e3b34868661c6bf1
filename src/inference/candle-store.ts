/**
 * Candles on their way from the activity that fetches them to the one that predicts. They travel by reference: a batch
 * for many symbols would fill workflow histories, and is worth nothing once its tick is over. A reference whose file is
 * gone or damaged is answered by fetching again, so nothing here is flushed to disk or repaired.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import type { Candle } from '../domain/market';
import { errorText } from './errors';
import type { CandleBatch } from './types';

/** Ticks kept per venue and interval; the older ones are removed with each write. */
export const TICKS_KEPT_MAX = 5;
/** 200 symbols of 1000 candles are some 25 MB; anything far larger is not ours. */
const TICK_BYTES_MAX = 128 * 1024 ** 2;
const MINUTE_MS = 60_000;
const FILE_NAME = /^[a-z][a-z0-9-]*-\d+m-\d+\.json\.gz$/;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** What one fetch brought. */
export interface FetchedCandles {
  readonly venue: string;
  /** From one candle's opening to the next one's, milliseconds. */
  readonly intervalMs: number;
  /** When the newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  /** Closed candles, oldest first. */
  readonly candlesBySymbol: Readonly<Record<string, readonly Candle[]>>;
}

/** What travels through the workflow instead of the candles. */
export interface TickReference {
  /** When the newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  readonly fileName: string;
  /** Of the file, lower-case hex. */
  readonly sha256: string;
  readonly symbols: readonly string[];
}

/** The candles behind a reference are gone, damaged or not the ones it names: fetch them again. */
export class CandlesNotFoundError extends Error {
  override readonly name = 'CandlesNotFoundError';
  readonly code = 'CANDLES_NOT_FOUND';
}

const decimal = z.string();
const tickSchema = z.object({
  tickMs: z.int(),
  intervalMs: z.int().min(1),
  candles: z.record(
    z.string(),
    z.array(
      z.object({ openTimeMs: z.int(), open: decimal, high: decimal, low: decimal, close: decimal, volume: decimal }),
    ),
  ),
});

/**
 * Keeps the candles of one tick and removes the oldest ticks beyond TICKS_KEPT_MAX of the same venue and interval. The
 * file appears whole or not at all; writing the same tick again replaces it.
 *
 * @param candlesDir the folder of all ticks; made when missing
 */
export async function writeTick(candlesDir: string, fetched: FetchedCandles): Promise<TickReference> {
  const { tickMs, intervalMs, candlesBySymbol } = fetched;
  const prefix = `${fetched.venue}-${intervalMs / MINUTE_MS}m-`;
  const fileName = `${prefix}${tickMs}.json.gz`;
  const batch: CandleBatch = { tickMs, intervalMs, candles: candlesBySymbol };
  const content = await compress(JSON.stringify(batch));
  await mkdir(candlesDir, { recursive: true });
  const temporary = join(candlesDir, `${fileName}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, join(candlesDir, fileName));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await removeOldTicks(candlesDir, prefix, tickMs);
  return { tickMs, fileName, sha256: sha256(content), symbols: Object.keys(candlesBySymbol) };
}

/**
 * The candles that a reference stands for.
 *
 * @throws CandlesNotFoundError when the file is missing, damaged, or not the one that the reference was made for
 */
export async function readTick(candlesDir: string, reference: TickReference): Promise<CandleBatch> {
  // A reference comes in a message, and a message must not choose a file outside of the folder.
  if (!FILE_NAME.test(reference.fileName)) throw notFound(reference, 'this is no name of a file of candles');
  let content: Buffer;
  try {
    content = await readFile(join(candlesDir, reference.fileName));
  } catch (error) {
    throw notFound(reference, errorText(error), error);
  }
  if (sha256(content) !== reference.sha256) throw notFound(reference, 'the file has other content');
  return parseTick(content, reference);
}

async function parseTick(content: Buffer, reference: TickReference): Promise<CandleBatch> {
  let batch: CandleBatch;
  try {
    const text = (await decompress(content, { maxOutputLength: TICK_BYTES_MAX })).toString('utf8');
    batch = tickSchema.parse(JSON.parse(text));
  } catch (error) {
    throw notFound(reference, 'the file does not hold candles', error);
  }
  if (batch.tickMs !== reference.tickMs) throw notFound(reference, 'the file holds another tick');
  return batch;
}

/**
 * Keeps the newest ticks, and the one just written even when a clock that was set back makes it an old one. Also
 * removes what a killed process left of removed ticks.
 */
async function removeOldTicks(candlesDir: string, prefix: string, writtenTickMs: number): Promise<void> {
  const names = (await readdir(candlesDir)).filter((name) => name.startsWith(prefix));
  const ticksMs = new Set(names.map((name) => tickOf(name, prefix)).filter(Number.isFinite));
  const newestMs = [...ticksMs].toSorted((left, right) => right - left).slice(0, TICKS_KEPT_MAX);
  const kept = new Set([...newestMs, writtenTickMs]);
  for (const name of names) {
    const tickMs = tickOf(name, prefix);
    if (Number.isFinite(tickMs) && !kept.has(tickMs)) await rm(join(candlesDir, name), { force: true });
  }
}

function tickOf(name: string, prefix: string): number {
  const match = /^(\d+)\.json\.gz/.exec(name.slice(prefix.length));
  return match ? Number(match[1]) : Number.NaN;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function notFound(reference: TickReference, reason: string, cause?: unknown): CandlesNotFoundError {
  return new CandlesNotFoundError(`The candles ${reference.fileName} cannot be used: ${reason}. Fetch them again.`, {
    cause,
  });
}
