import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import { type CandleFile, parseCandleFileName, readCandleFile } from './candle-file';
import { CandleFileError } from './candle-file-error';
import { symbolEnding } from './instrument';

/** Files read from one directory; more are surely a mistake. */
const FILES_MAX = 500;
/** Of all files of a directory together: 150 MB of memory, or half a year of minutes of a dozen symbols. */
const CANDLES_MAX = 3_000_000;

export interface CandleDirectory {
  /** One per symbol, in the order of the symbols. */
  readonly files: readonly CandleFile[];
  /** Sentences for people: what was skipped, and what is not quite the file's content. */
  readonly notices: readonly string[];
}

/**
 * The symbols that a directory's files name, without reading them: what can be traded with them.
 *
 * @throws CandleFileError for a missing directory
 */
export function candleSymbols(directory: string, settle = 'USDT'): string[] {
  const symbols = listNames(directory).flatMap((name) => parseCandleFileName(name)?.symbol ?? []);
  return symbols.filter((symbol) => symbol.endsWith(symbolEnding(settle)) && symbol !== symbolEnding(settle));
}

/**
 * Reads every usable candle file of a directory: `SYMBOL-1m-….csv.gz` or `SYMBOL-5m-….csv.gz`.
 *
 * @param settle symbols that do not end in it are skipped with a notice
 * @throws CandleFileError for a missing directory, one without a usable file, two files of one symbol, a malformed line, or
 *   more candles than `candlesMax`
 */
export async function loadCandleDirectory(
  directory: string,
  settle = 'USDT',
  candlesMax = CANDLES_MAX,
): Promise<CandleDirectory> {
  const notices: string[] = [];
  const files = new Map<string, CandleFile>();
  let candlesLeft = candlesMax;
  for (const name of listNames(directory)) {
    const path = join(directory, name);
    const described = parseCandleFileName(path);
    if (!described) continue;
    if (!described.symbol.endsWith(symbolEnding(settle)) || described.symbol === symbolEnding(settle)) {
      notices.push(`${name}: skipped, because ${described.symbol} is not settled in ${settle}.`);
      continue;
    }
    const other = files.get(described.symbol);
    if (other) {
      throw new CandleFileError(
        `${directory}: ${other.path} and ${path} are both for ${described.symbol}; keep one of them.`,
      );
    }
    // One after the other: together they would need the memory of all at once.
    const file = await readCandleFile(path, candlesLeft);
    candlesLeft -= file.candles.length;
    files.set(file.symbol, file);
    notices.push(...fileNotices(file, name));
  }
  if (files.size === 0) {
    throw new CandleFileError(
      `${directory}: holds no usable candle file. Expected names like BTC${symbolEnding(settle)}-1m-anything.csv.gz (1m or 5m).`,
    );
  }
  return { files: [...files.values()], notices };
}

function listNames(directory: string): string[] {
  const names: string[] = [];
  try {
    const entries = opendirSync(directory);
    try {
      for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
        names.push(entry.name);
        if (names.length > FILES_MAX) break;
      }
    } finally {
      entries.closeSync();
    }
  } catch (error) {
    throw new CandleFileError(`${directory}: is not a directory that can be read; give a directory of candle files.`, {
      cause: error,
    });
  }
  if (names.length > FILES_MAX) {
    throw new CandleFileError(
      `${directory}: holds more than ${FILES_MAX} files, the most that are read. Use a directory of its own.`,
    );
  }
  return names.toSorted();
}

function fileNotices(file: CandleFile, name: string): string[] {
  const days = ((file.candles.length * file.intervalMinutes) / 1_440).toFixed(1);
  const notices = [
    `${name}: when its ${days} days end it starts again, with prices scaled to continue where they stood.`,
  ];
  if (file.intervalMinutes === 5) {
    notices.push(`${name}: one-minute prices are interpolated inside each five-minute candle.`);
  }
  if (file.filledGaps > 0) {
    notices.push(`${name}: ${file.filledGaps} missing candles are replaced by ones that stand still.`);
  }
  return notices;
}
