import type { AlertState } from '../../domain/alerts/state';
import { diskStateAfter, type DiskState } from '../../domain/disk-mark';
import { readFreeSpace } from '../../process/free-disk';
import { readBook } from './book-file';

const BYTES_PER_MB = 1_000_000;

/** Looks whether there is room on the disk of the data folder, as the engine does before it takes entries. */
export class DiskLook {
  private state: DiskState;

  /**
   * @param minimumFreeMb megabytes; 0: it is not looked at
   * @param wasLow whether the disk was too full when somebody last looked: it takes more to be enough again
   */
  constructor(
    private readonly dataDir: string,
    private readonly minimumFreeMb: number,
    wasLow = false,
    private readonly read = readFreeSpace,
  ) {
    this.state = wasLow ? 'low' : 'enough';
  }

  /** @returns what is wrong, a sentence; empty: nothing. undefined: it cannot be told, or nobody wants to know */
  async fault(): Promise<string | undefined> {
    if (this.minimumFreeMb === 0) return undefined;
    const space = await this.read(this.dataDir);
    if ('fault' in space) return undefined;
    this.state = diskStateAfter(this.state, space.freeBytes, this.minimumFreeMb * BYTES_PER_MB);
    if (this.state === 'enough') return '';
    const freeMb = Math.floor(space.freeBytes / BYTES_PER_MB);
    return `The disk of ${this.dataDir} has ${freeMb} MB free; storage.minimumFreeMb is ${this.minimumFreeMb}, so no new entries are taken. Free some space.`;
  }
}

/** What was seen of the disk before this process was started stands in the book. */
export function wasDiskLow({ alerts }: Pick<AlertState, 'alerts'>, dataDir: string): boolean {
  return alerts.some(
    ({ rule, subject, clearAt }) => rule === 'disk_full' && subject === dataDir && clearAt === undefined,
  );
}

/**
 * The same for those who only look, at their start: a restart must not take entries that were refused a moment before. Where the
 * book cannot be used nobody knows, and it takes clearly more than the mark, too.
 */
export function wasDiskLowBefore(dataDir: string): boolean {
  const { book, fault } = readBook(dataDir);
  return fault !== undefined || wasDiskLow(book.state, dataDir);
}
