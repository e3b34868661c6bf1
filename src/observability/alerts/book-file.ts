import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { emptyBook, type AlertBook } from '../../domain/alerts/book';
import { FileUnusableError, readBoundedFile } from '../../process/bounded-file';
import { writeSafely } from './safe-file';
import { bookText, parseBook } from './shapes';

/** All alerts and 16 full outboxes of the longest messages stay below. */
const BOOK_BYTES_MAX = 32 * 1_048_576;

export function bookPath(dataDir: string): string {
  return join(dataDir, 'run', 'alerts.json');
}

/** A book as it was found. */
export interface FoundBook {
  readonly book: AlertBook;
  /** Why an earlier one could not be used, as the end of a sentence; absent: there was none, or it is this. */
  readonly fault?: string;
}

/** Reads the book and changes nothing: for those who only look. Never throws. */
export function readBook(dataDir: string): FoundBook {
  try {
    const text = readBoundedFile(bookPath(dataDir), {
      bytesMax: BOOK_BYTES_MAX,
      what: 'The book of alerts',
    }).toString();
    const book = parseBook(text);
    return book === undefined ? { book: emptyBook(), fault: 'is damaged, or of another release' } : { book };
  } catch (error) {
    if (!(error instanceof FileUnusableError)) throw error;
    return error.code === 'ENOENT' ? { book: emptyBook() } : { book: emptyBook(), fault: error.problem };
  }
}

/** Reads the book, and sets one that cannot be used aside. For the one process that keeps it. */
export function openBook(dataDir: string): FoundBook {
  const found = readBook(dataDir);
  if (found.fault === undefined) return found;
  const path = bookPath(dataDir);
  try {
    // One is kept, the last: they have no bound otherwise.
    renameSync(path, `${path}.damaged`);
  } catch (error) {
    return { ...found, fault: `${found.fault}, and cannot be set aside: ${(error as Error).message}` };
  }
  return found;
}

/** @throws the file system's error */
export function saveBook(dataDir: string, book: AlertBook): void {
  writeSafely(bookPath(dataDir), bookText(book));
}
