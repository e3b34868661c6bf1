import { basename } from 'node:path';
import { CandleFileError } from './candle-file-error';
import { candleLines } from './candle-lines';
import { CandleSeries, type FileCandle } from './candle-series';

export interface CandleFile {
  readonly path: string;
  readonly symbol: string;
  readonly intervalMinutes: 1 | 5;
  readonly candles: CandleSeries;
  /** Candles missing from the file, replaced by ones that stand still. */
  readonly filledGaps: number;
}

/** A longer gap would make the replay stand still for too long to be useful. */
const GAP_MAX_MS = 24 * 3_600_000;
/** Far beyond any market; between them every sum and product that follows is a number with digits. */
const PRICE_MIN = 1e-9;
const PRICE_MAX = 1e9;
const VOLUME_MAX = 1e15;
/** The end of the year 9999. */
const TIME_MAX_MS = 253_402_300_799_999;
/** What a message repeats of a cell. */
const SHOWN_CHARACTERS_MAX = 40;

const COLUMNS = ['timestamp_ms', 'open', 'high', 'low', 'close', 'volume'] as const;
const FIGURE = /^\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;
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
 * @param candlesMax the most candles that it may become, those that fill its gaps included
 * @throws CandleFileError for a file that cannot be read, that holds too much, or a malformed line
 */
export async function readCandleFile(path: string, candlesMax: number): Promise<CandleFile> {
  const name = parseCandleFileName(path);
  if (!name) throw new CandleFileError(`${path}: the name must be like BTCUSDT-1m-anything.csv.gz (1m or 5m).`);
  const intervalMs = name.intervalMinutes * 60_000;
  const read = new SeriesReader(intervalMs, candlesMax);
  for await (const lines of candleLines(path)) {
    for (const { text, number } of lines) {
      if (number === 1 && text.startsWith(COLUMNS[0])) continue;
      read.add(text, `${path}:${number}`);
    }
  }
  const { candles, filledGaps } = read;
  if (candles.length < 2) throw new CandleFileError(`${path}: holds ${candles.length} candles; at least 2 are needed.`);
  return { path, ...name, candles, filledGaps };
}

/** Makes a series without gaps of lines. */
class SeriesReader {
  readonly candles = new CandleSeries();
  filledGaps = 0;
  #previous: FileCandle | undefined;

  constructor(
    private readonly intervalMs: number,
    private readonly candlesMax: number,
  ) {}

  /** @param place the line's, for a message */
  add(text: string, place: string): void {
    const { candles, intervalMs, candlesMax } = this;
    const candle = parseLine(text, place, intervalMs);
    const previous = this.#previous;
    const missing = previous ? countMissing(previous, candle, intervalMs, place) : 0;
    if (candles.length + missing + 1 > candlesMax) {
      throw new CandleFileError(
        `${place}: is beyond the ${candlesMax} candles that are held at once; play fewer or shorter files.`,
      );
    }
    if (previous) fillGap(candles, previous, missing, intervalMs);
    this.filledGaps += missing;
    candles.push(candle);
    this.#previous = candle;
  }
}

function parseLine(text: string, place: string, intervalMs: number): FileCandle {
  const cells = text.split(',').map((cell) => cell.trim());
  if (cells.length !== COLUMNS.length) {
    throw new CandleFileError(`${place}: has ${cells.length} columns; expected ${COLUMNS.join(',')}.`);
  }
  const bad = cells.findIndex((cell) => !FIGURE.test(cell));
  if (bad >= 0) {
    throw new CandleFileError(
      `${place}: ${COLUMNS[bad]} is "${shown(cells[bad]!)}"; expected a number of zero or more.`,
    );
  }
  const [openTimeMs, open, high, low, close, volume] = cells.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (openTimeMs % intervalMs !== 0 || openTimeMs > TIME_MAX_MS) {
    throw new CandleFileError(`${place}: timestamp_ms ${openTimeMs} is not on a boundary of ${intervalMs} ms.`);
  }
  if (low <= 0 || high < Math.max(open, close) || low > Math.min(open, close)) {
    throw new CandleFileError(
      `${place}: open, high, low and close contradict each other (0 < low <= open, close <= high).`,
    );
  }
  if (low < PRICE_MIN || high > PRICE_MAX || volume > VOLUME_MAX) {
    throw new CandleFileError(
      `${place}: is no market's candle; prices from ${PRICE_MIN} to ${PRICE_MAX} and a volume up to ${VOLUME_MAX} are read.`,
    );
  }
  return { openTimeMs, open, high, low, close, volume };
}

/** A cell for a message: short, and without anything that a terminal would obey. */
function shown(cell: string): string {
  const safe = cell.slice(0, SHOWN_CHARACTERS_MAX).replaceAll(/[^\x20-\x7e]/g, '\u{FFFD}');
  return cell.length > SHOWN_CHARACTERS_MAX ? `${safe}…` : safe;
}

/** How many candles are missing between two. */
function countMissing(previous: FileCandle, next: FileCandle, intervalMs: number, place: string): number {
  const distanceMs = next.openTimeMs - previous.openTimeMs;
  if (distanceMs <= 0)
    throw new CandleFileError(`${place}: timestamp_ms ${next.openTimeMs} is not later than the line before.`);
  if (distanceMs > GAP_MAX_MS) {
    throw new CandleFileError(
      `${place}: more than ${GAP_MAX_MS / 3_600_000} hours are missing before this line; split the file there.`,
    );
  }
  return distanceMs / intervalMs - 1;
}

function fillGap(candles: CandleSeries, previous: FileCandle, missing: number, intervalMs: number): void {
  const { close } = previous;
  for (let index = 1; index <= missing; index += 1) {
    const openTimeMs = previous.openTimeMs + index * intervalMs;
    candles.push({ openTimeMs, open: close, high: close, low: close, close, volume: 0 });
  }
}
