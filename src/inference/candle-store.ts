/**
 * Candles on their way from the activity that fetches them to the one that predicts. They travel by reference: a batch
 * for many symbols would fill workflow histories, and is worth nothing once its tick is over. A reference whose file is
 * gone or damaged is answered by fetching again, so nothing here is flushed to disk or repaired.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CandleSeries } from '../domain/candle-series';
import { decodeCandles, encodeCandles } from './candle-file';
import { errorText } from './errors';
import type { CandleBatch } from './types';

/** Ticks kept per venue and interval; the older ones are removed with each write. */
export const TICKS_KEPT_MAX = 5;
/** 200 symbols of 1000 candles are some 8 MB; anything far larger is not ours. */
const TICK_BYTES_MAX = 64 * 1024 ** 2;
const MINUTE_MS = 60_000;
const FILE_NAME = /^[a-z][a-z0-9-]*-\d+m-\d+\.candles$/;
/** What a tick's file is called behind its time; of one whose fetching has not ended; and in releases of before. */
const ENDING = /^(\d+)(\.part)?\.(candles|json\.gz)/;

/** What one fetch brought. */
export interface FetchedCandles {
  readonly venue: string;
  /** From one candle's opening to the next one's, milliseconds. */
  readonly intervalMs: number;
  /** When the newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  /** Closed candles, oldest first. */
  readonly candlesBySymbol: Readonly<Record<string, CandleSeries>>;
  /** Symbols of which no new ones could be had, each with the reason; absent: there is none such. */
  readonly missing?: Readonly<Record<string, string>>;
}

/** What travels through the workflow instead of the candles. */
export interface TickReference {
  /** When the newest candle closed, milliseconds UTC. */
  readonly tickMs: number;
  readonly fileName: string;
  /** Of the file up to its own hash, lower-case hex. */
  readonly sha256: string;
  /** Those that are missing, too. */
  readonly symbols: readonly string[];
}

/** The candles behind a reference are gone, damaged or not the ones it names: fetch them again. */
export class CandlesNotFoundError extends Error {
  override readonly name = 'CandlesNotFoundError';
  readonly code = 'CANDLES_NOT_FOUND';
}

/**
 * Keeps the candles of one tick and removes the oldest ticks beyond TICKS_KEPT_MAX of the same venue and interval. The
 * file appears whole or not at all; writing the same tick again replaces it.
 *
 * @param candlesDir the folder of all ticks; made when missing
 */
export async function writeTick(candlesDir: string, fetched: FetchedCandles): Promise<TickReference> {
  const { tickMs, candlesBySymbol, missing = {} } = fetched;
  const prefix = prefixOf(fetched);
  const fileName = `${prefix}${tickMs}.candles`;
  const sha256 = await replace(candlesDir, fileName, fetched);
  await rm(join(candlesDir, partName(prefix, tickMs)), { force: true });
  await removeOldTicks(candlesDir, prefix, tickMs);
  // What is missing now may have candles of before.
  const symbols = new Set([...Object.keys(candlesBySymbol), ...Object.keys(missing)]);
  return { tickMs, fileName, sha256, symbols: [...symbols] };
}

/**
 * Keeps what was fetched of a tick so far, so that whoever has to fetch again begins there (readKeptCandles). No reference names
 * it, and writeTick removes it.
 */
export async function writePartOfTick(candlesDir: string, fetched: FetchedCandles): Promise<void> {
  await replace(candlesDir, partName(prefixOf(fetched), fetched.tickMs), fetched);
}

/**
 * The candles that a reference stands for.
 *
 * @throws CandlesNotFoundError when the file is missing, damaged, or not the one that the reference was made for
 */
export async function readTick(candlesDir: string, reference: TickReference): Promise<CandleBatch> {
  // A reference comes in a message, and a message must not choose a file outside of the folder.
  if (!FILE_NAME.test(reference.fileName)) throw notFound(reference, 'this is no name of a file of candles');
  let read: ReturnType<typeof decodeCandles>;
  try {
    read = await readCandleFile(join(candlesDir, reference.fileName));
  } catch (error) {
    throw notFound(reference, errorText(error), error);
  }
  if (read.sha256 !== reference.sha256) throw notFound(reference, 'the file has other content');
  if (read.batch.tickMs !== reference.tickMs) throw notFound(reference, 'the file holds another tick');
  return read.batch;
}

/** The ticks that are kept of a venue and interval, the oldest first, those in the midst of fetching too; damaged ones are left out. */
export async function readKeptTicks(
  candlesDir: string,
  of: Pick<FetchedCandles, 'venue' | 'intervalMs'>,
): Promise<readonly CandleBatch[]> {
  const prefix = prefixOf(of);
  const names = await readdir(candlesDir).catch(() => []);
  const whole = names.filter(
    (name) => name.startsWith(prefix) && /^\d+(\.part)?\.candles$/.test(name.slice(prefix.length)),
  );
  const read = await Promise.all(
    whole.map((name) =>
      readCandleFile(join(candlesDir, name)).then(
        ({ batch }) => [batch],
        () => [],
      ),
    ),
  );
  return read
    .flat()
    .filter(({ intervalMs }) => intervalMs === of.intervalMs)
    .toSorted((one, other) => one.tickMs - other.tickMs);
}

/** @returns the hash of the content. @throws what the file system says; the former file is still there then */
async function replace(candlesDir: string, fileName: string, fetched: FetchedCandles): Promise<string> {
  const { tickMs, intervalMs, candlesBySymbol: candles, missing } = fetched;
  const { content, sha256 } = encodeCandles({ tickMs, intervalMs, candles, missing });
  await mkdir(candlesDir, { recursive: true });
  const temporary = join(candlesDir, `${fileName}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await rename(temporary, join(candlesDir, fileName));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return sha256;
}

async function readCandleFile(path: string): Promise<ReturnType<typeof decodeCandles>> {
  const { size } = await stat(path);
  if (size > TICK_BYTES_MAX) throw new Error(`the file has ${size} bytes, more than ${TICK_BYTES_MAX}`);
  return decodeCandles(await readFile(path));
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

function prefixOf({ venue, intervalMs }: Pick<FetchedCandles, 'venue' | 'intervalMs'>): string {
  return `${venue}-${intervalMs / MINUTE_MS}m-`;
}

function partName(prefix: string, tickMs: number): string {
  return `${prefix}${tickMs}.part.candles`;
}

function tickOf(name: string, prefix: string): number {
  const match = ENDING.exec(name.slice(prefix.length));
  return match ? Number(match[1]) : Number.NaN;
}

function notFound(reference: TickReference, reason: string, cause?: unknown): CandlesNotFoundError {
  return new CandlesNotFoundError(`The candles ${reference.fileName} cannot be used: ${reason}. Fetch them again.`, {
    cause,
  });
}
