import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A candle as a file gives it: prices and volume as binary numbers, only ever used to make simulated prices. */
export interface FileCandle {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface CandleFile {
  readonly path: string;
  readonly symbol: string;
  readonly intervalMinutes: 1 | 5;
  readonly candles: readonly FileCandle[];
  /** Candles missing from the file, replaced by ones that stand still. */
  readonly filledGaps: number;
}

/** A candle directory cannot be used. The message names the file and line. */
export class CandleFileError extends Error {
  override readonly name = 'CandleFileError';
  readonly code = 'CANDLE_FILE_INVALID';
}

/** The largest file, as read from disk and as unpacked. */
const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** A longer gap would make the replay stand still for too long to be useful. */
const GAP_MAX_MS = 24 * 3_600_000;

const COLUMNS = ['timestamp_ms', 'open', 'high', 'low', 'close', 'volume'] as const;
const FILE_NAME = /^(?<symbol>[A-Z0-9]{2,30})-(?<interval>1m|5m)(?:-.*)?\.csv\.gz$/;

/** The symbol and interval a file's name promises, or undefined when the name is not that of a candle file. */
export function parseCandleFileName(path: string): { symbol: string; intervalMinutes: 1 | 5 } | undefined {
  const groups = FILE_NAME.exec(basename(path))?.groups;
  if (!groups) return undefined;
  return { symbol: groups['symbol']!, intervalMinutes: groups['interval'] === '5m' ? 5 : 1 };
}

/**
 * Reads one gzip CSV file of candles; a header line may be there or not.
 *
 * @throws CandleFileError for a file that cannot be read, or a malformed line
 */
export function readCandleFile(path: string): CandleFile {
  const name = parseCandleFileName(path);
  if (!name) throw new CandleFileError(`${path}: the name must be like BTCUSDT-1m-anything.csv.gz (1m or 5m).`);
  const lines = unpack(path).split('\n');
  const intervalMs = name.intervalMinutes * 60_000;
  const candles: FileCandle[] = [];
  let filledGaps = 0;
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '' || (index === 0 && text.startsWith(COLUMNS[0]))) continue;
    const candle = parseLine(text, `${path}:${index + 1}`, intervalMs);
    const previous = candles.at(-1);
    if (previous) filledGaps += fillGap(candles, previous, candle, intervalMs, `${path}:${index + 1}`);
    candles.push(candle);
  }
  if (candles.length < 2) throw new CandleFileError(`${path}: holds ${candles.length} candles; at least 2 are needed.`);
  return { path, ...name, candles, filledGaps };
}

function unpack(path: string): string {
  try {
    return gunzipSync(readFileSync(path), { maxOutputLength: FILE_BYTES_MAX }).toString('utf8');
  } catch (error) {
    throw new CandleFileError(`${path}: cannot be read as a gzip file of at most ${FILE_BYTES_MAX} bytes.`, {
      cause: error,
    });
  }
}

function parseLine(text: string, place: string, intervalMs: number): FileCandle {
  const cells = text.split(',');
  if (cells.length !== COLUMNS.length) {
    throw new CandleFileError(`${place}: has ${cells.length} columns; expected ${COLUMNS.join(',')}.`);
  }
  const numbers = cells.map(Number);
  const bad = numbers.findIndex(
    (value, column) => cells[column]!.trim() === '' || !Number.isFinite(value) || value < 0,
  );
  if (bad >= 0)
    throw new CandleFileError(`${place}: ${COLUMNS[bad]} is "${cells[bad]}"; expected a number of zero or more.`);
  const [openTimeMs, open, high, low, close, volume] = numbers as [number, number, number, number, number, number];
  if (openTimeMs % intervalMs !== 0) {
    throw new CandleFileError(`${place}: timestamp_ms ${openTimeMs} is not on a boundary of ${intervalMs} ms.`);
  }
  if (low <= 0 || high < Math.max(open, close) || low > Math.min(open, close)) {
    throw new CandleFileError(
      `${place}: open, high, low and close contradict each other (0 < low <= open, close <= high).`,
    );
  }
  return { openTimeMs, open, high, low, close, volume };
}

function fillGap(
  candles: FileCandle[],
  previous: FileCandle,
  next: FileCandle,
  intervalMs: number,
  place: string,
): number {
  const distanceMs = next.openTimeMs - previous.openTimeMs;
  if (distanceMs <= 0)
    throw new CandleFileError(`${place}: timestamp_ms ${next.openTimeMs} is not later than the line before.`);
  if (distanceMs > GAP_MAX_MS) {
    throw new CandleFileError(
      `${place}: more than ${GAP_MAX_MS / 3_600_000} hours are missing before this line; split the file there.`,
    );
  }
  const missing = distanceMs / intervalMs - 1;
  const { close } = previous;
  for (let index = 1; index <= missing; index += 1) {
    const openTimeMs = previous.openTimeMs + index * intervalMs;
    candles.push({ openTimeMs, open: close, high: close, low: close, close, volume: 0 });
  }
  return missing;
}
