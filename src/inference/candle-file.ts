/**
 * One file of candles: what it holds as a line of JSON, then the columns of every symbol as they lie in memory, then a hash of all
 * that. The numbers are in this machine's byte order: a file never leaves it.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { COLUMN_COUNT, columnsOf, seriesLength, seriesOfColumns, type CandleSeries } from '../domain/candle-series';
import type { CandleBatch } from './types';

/** The first bytes of every file; another form of it gets another word. */
const MAGIC = Buffer.from('candles1', 'latin1');
const HASH_BYTES = 32;
const NUMBER_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Behind the magic word: how long the line of JSON is. */
const LENGTH_BYTES = 8;
/** Of one symbol: more than one request can bring. */
const CANDLES_MAX = 10_000;

const headerSchema = z.object({
  tickMs: z.int(),
  intervalMs: z.int().min(1),
  series: z.array(z.tuple([z.string(), z.int().min(0).max(CANDLES_MAX)])),
  missing: z.record(z.string(), z.string()),
});

/** The file does not hold candles: it is damaged, or of another form. */
export class CandleFileError extends Error {
  override readonly name = 'CandleFileError';
}

export interface EncodedCandles {
  readonly content: Buffer;
  /** Lower-case hex; the file ends with it, too. */
  readonly sha256: string;
}

export function encodeCandles({ tickMs, intervalMs, candles, missing = {} }: CandleBatch): EncodedCandles {
  const entries = Object.entries(candles);
  const series = entries.map(([symbol, of]) => [symbol, seriesLength(of)]);
  const header = Buffer.from(JSON.stringify({ tickMs, intervalMs, series, missing }), 'utf8');
  const begin = columnsBegin(header.length);
  const count = entries.reduce((sum, [, of]) => sum + seriesLength(of) * COLUMN_COUNT, 0);
  const end = begin + count * NUMBER_BYTES;
  // A memory of its own, so that the numbers lie where numbers may lie.
  const content = Buffer.from(new ArrayBuffer(end + HASH_BYTES));
  MAGIC.copy(content);
  content.writeUInt32LE(header.length, MAGIC.length);
  header.copy(content, MAGIC.length + LENGTH_BYTES);
  const numbers = new Float64Array(content.buffer, begin, count);
  let at = 0;
  for (const [, of] of entries) {
    for (const column of columnsOf(of)) {
      numbers.set(column, at);
      at += column.length;
    }
  }
  const hash = hashOf(content.subarray(0, end));
  hash.copy(content, end);
  return { content, sha256: hash.toString('hex') };
}

/**
 * @returns the candles, and the hash that the file ends with
 * @throws CandleFileError
 */
export function decodeCandles(content: Buffer): { readonly batch: CandleBatch; readonly sha256: string } {
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) throw new CandleFileError('the file does not hold candles');
  const end = content.length - HASH_BYTES;
  if (end < columnsBegin(0)) throw new CandleFileError('the file is too short');
  const hash = hashOf(content.subarray(0, end));
  if (!hash.equals(content.subarray(end))) throw new CandleFileError('the file is damaged');
  const headerLength = content.readUInt32LE(MAGIC.length);
  const begin = columnsBegin(headerLength);
  if (begin > end) throw new CandleFileError('the file is too short');
  const { series, ...header } = headerOf(
    content.subarray(MAGIC.length + LENGTH_BYTES, MAGIC.length + LENGTH_BYTES + headerLength),
  );
  const count = series.reduce((sum, [, length]) => sum + length * COLUMN_COUNT, 0);
  if (begin + count * NUMBER_BYTES !== end) throw new CandleFileError('the file has another length than it says');
  const numbers = new Float64Array(count);
  Buffer.from(numbers.buffer).set(content.subarray(begin, end));
  let at = 0;
  const candles = series.map(([symbol, length]): [string, CandleSeries] => {
    const columns = Array.from({ length: COLUMN_COUNT }, (_, index) =>
      numbers.subarray(at + index * length, at + (index + 1) * length),
    );
    at += COLUMN_COUNT * length;
    return [symbol, seriesOfColumns(columns)];
  });
  return { batch: { ...header, candles: Object.fromEntries(candles) }, sha256: hash.toString('hex') };
}

function headerOf(text: Buffer): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(text.toString('utf8')));
  } catch (error) {
    throw new CandleFileError('the file does not say what it holds', { cause: error });
  }
}

/** Where the columns begin: numbers lie at multiples of their size. */
function columnsBegin(headerLength: number): number {
  return Math.ceil((MAGIC.length + LENGTH_BYTES + headerLength) / NUMBER_BYTES) * NUMBER_BYTES;
}

function hashOf(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
