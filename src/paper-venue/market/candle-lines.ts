import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { FileUnusableError, openRegularFile } from '../../process/bounded-file';
import { CandleFileError } from './candle-file-error';

/** Ten years of minutes are a few dozen megabytes. */
const PACKED_BYTES_MAX = 64 * 1_024 * 1_024;
/** A file may be unpacked to much more than it is: this bounds the time that it takes. */
const UNPACKED_BYTES_MAX = 256 * 1_024 * 1_024;
/** Six numbers with all their digits are less than 150 bytes. */
const LINE_BYTES_MAX = 512;
const LINES_MAX = 4_000_000;

const LINE_FEED = 0x0a;

export interface CandleLine {
  /** Without spaces at its ends; never empty. */
  readonly text: string;
  /** From 1, empty lines counted. */
  readonly number: number;
}

/**
 * The lines of a gzip file that are not empty, some at a time. They are unpacked as they are asked for, so that no more than
 * a piece of the file is in memory.
 *
 * @throws CandleFileError when it is no regular file, no gzip file, or larger than any candle file
 */
export async function* candleLines(path: string): AsyncGenerator<readonly CandleLine[]> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const piece of unpacked(path)) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const lines: CandleLine[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      number += 1;
      checkLine(end - start, path, number);
      const text = end - start > 1 ? bytes.toString('utf8', start, end).trim() : '';
      if (text !== '') lines.push({ text, number });
      start = end + 1;
    }
    rest = bytes.subarray(start);
    checkLine(rest.length, path, number + 1);
    yield lines;
  }
  const text = rest.toString('utf8').trim();
  if (text !== '') yield [{ text, number: number + 1 }];
}

function checkLine(bytes: number, path: string, number: number): void {
  if (bytes > LINE_BYTES_MAX) {
    throw new CandleFileError(`${path}:${number}: is longer than ${LINE_BYTES_MAX} bytes; a line is one candle.`);
  }
  if (number > LINES_MAX) {
    throw new CandleFileError(
      `${path}:${number}: is one line too many; at most ${LINES_MAX} are read. Split the file.`,
    );
  }
}

async function* unpacked(path: string): AsyncGenerator<Buffer> {
  const packed = createReadStream('', { fd: openCandleFile(path) });
  const gunzip = createGunzip();
  packed.on('error', (error) => gunzip.destroy(error));
  let bytes = 0;
  try {
    for await (const piece of packed.pipe(gunzip) as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > UNPACKED_BYTES_MAX) {
        throw new CandleFileError(`${path}: is larger than ${UNPACKED_BYTES_MAX} bytes unpacked; split it.`);
      }
      yield piece;
    }
  } catch (error) {
    if (error instanceof CandleFileError) throw error;
    throw new CandleFileError(`${path}: cannot be read as a gzip file.`, { cause: error });
  } finally {
    // Whoever asks for no more lines leaves the rest packed.
    packed.destroy();
    gunzip.destroy();
  }
}

function openCandleFile(path: string): number {
  try {
    return openRegularFile(path, { bytesMax: PACKED_BYTES_MAX, what: 'The candle file' });
  } catch (error) {
    if (error instanceof FileUnusableError) throw new CandleFileError(`${path}: ${error.problem}.`, { cause: error });
    throw error;
  }
}
