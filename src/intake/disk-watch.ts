import { bytesForEnough, diskStateAfter, type DiskState } from '../domain/disk-mark';
import { readFreeSpace, type FreeSpace } from '../process/free-disk';

/** The file system is asked at most this often. */
const LOOK_INTERVAL_MS = 3_000;
const BYTES_PER_MB = 1_000_000;

export interface DiskWatchOptions {
  readonly dataDir: string;
  /** Below it no entries are taken, megabytes; 0: never. */
  readonly minimumFreeMb: number;
  /**
   * Whether it was too full when a process of before looked last: it takes more to be enough again. Absent: nobody knows, and it
   * takes as much.
   */
  readonly wasLow?: boolean;
  /** Another source than the operating system, for tests. */
  readonly read?: (folder: string) => Promise<FreeSpace>;
}

/** Whether there is room on the disk that holds the data folder. */
export class DiskWatch {
  private state: DiskState;
  private sentence: string | undefined;
  private lookedAtMs = -Infinity;
  private look: Promise<void> | undefined;

  constructor(private readonly options: DiskWatchOptions) {
    this.state = options.wasLow === false ? 'enough' : 'low';
  }

  /** @returns why no entries may be taken, a sentence; undefined: there is room */
  async fault(): Promise<string | undefined> {
    if (this.options.minimumFreeMb === 0) return undefined;
    if (performance.now() - this.lookedAtMs >= LOOK_INTERVAL_MS) {
      this.look ??= this.lookNow().finally(() => (this.look = undefined));
      await this.look;
    }
    return this.sentence;
  }

  private async lookNow(): Promise<void> {
    const { dataDir, minimumFreeMb, read = readFreeSpace } = this.options;
    const space = await read(dataDir);
    this.lookedAtMs = performance.now();
    const freeBytes = 'fault' in space ? undefined : space.freeBytes;
    this.state = diskStateAfter(this.state, freeBytes, minimumFreeMb * BYTES_PER_MB);
    this.sentence = sentenceOf(this.state, space, minimumFreeMb);
  }
}

function sentenceOf(state: DiskState, space: FreeSpace, minimumFreeMb: number): string | undefined {
  if (state === 'enough') return undefined;
  if ('fault' in space) {
    return `How much is free on the disk that holds dataDir cannot be told (${space.fault}), so no new entries are taken. Mend that, or set storage.minimumFreeMb to 0 to trade without looking.`;
  }
  const freeMb = Math.floor(space.freeBytes / BYTES_PER_MB);
  const neededMb = Math.ceil(bytesForEnough(state, minimumFreeMb * BYTES_PER_MB) / BYTES_PER_MB);
  return `The disk that holds dataDir has ${freeMb} MB free; storage.minimumFreeMb is ${minimumFreeMb}, so no new entries are taken, and exits are, until ${neededMb} MB are free. Free some space.`;
}
