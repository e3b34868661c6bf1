import { statSync } from 'node:fs';
import { join } from 'node:path';

/** Sizes of the files that hold the state, bytes. */
export interface DiskFigures {
  /** The server's database with what of it still stands in the write-ahead log. */
  readonly databaseBytes: number;
  /** The paper venue's journal. */
  readonly journalBytes: number;
}

/** @param dataDir the installation's */
export function readDisk(dataDir: string): DiskFigures {
  const database = join(dataDir, 'temporal', 'temporal.db');
  return {
    databaseBytes: sizeOf(database) + sizeOf(`${database}-wal`),
    journalBytes: sizeOf(join(dataDir, 'paper-venue', 'journal.jsonl')),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
