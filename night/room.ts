import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../src/process/error-code';

const BYTES_PER_MB = 1_000_000;
/** What is written at once to fill a disk. */
const FILL_BYTES = 1_048_576;
/** A disk in memory may take this share of what is free. */
const MEMORY_SHARE_MAX = 0.25;

/**
 * The folder of one night: settings, and a disk of its own for the data where the system lets us make one, so that it can be filled
 * without harm to anybody.
 */
export class Room {
  readonly path = mkdtempSync(join(tmpdir(), 'oncefill-night-room-'));
  /** Why there is no disk of its own; absent: there is one. */
  readonly noDisk: string | undefined;
  private readonly leave = (): void => this.unmount();

  /** @param diskMb megabytes; absent: nobody wants to fill it */
  constructor(diskMb: number | undefined) {
    mkdirSync(this.dataParent, { mode: 0o700 });
    this.noDisk = diskMb === undefined ? 'nobody asked for one' : this.mount(diskMb);
    process.once('exit', this.leave);
  }

  /** Where the data folder is made. */
  get dataParent(): string {
    return join(this.path, 'disk');
  }

  /** Leaves nothing free. @throws Error without a disk of its own */
  fillDisk(): void {
    if (this.noDisk !== undefined) throw new Error(`There is no disk to fill: ${this.noDisk}`);
    const file = openSync(this.filler, 'a', 0o600);
    try {
      const zeros = Buffer.alloc(FILL_BYTES);
      for (let left = FILL_BYTES; left >= 1;) {
        try {
          writeSync(file, zeros, 0, left);
        } catch (error) {
          if (errorCode(error) !== 'ENOSPC') throw error;
          left = Math.floor(left / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  freeDisk(): void {
    rmSync(this.filler, { force: true });
  }

  get freeMb(): number {
    const { bavail, bsize } = statfsSync(this.dataParent);
    return Math.floor((bavail * bsize) / BYTES_PER_MB);
  }

  /** @param keep leaves the data for a person to look at, and their disk */
  close(keep: boolean): void {
    process.off('exit', this.leave);
    if (keep) return;
    this.unmount();
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private get filler(): string {
    return join(this.dataParent, 'filler');
  }

  /** @returns why not */
  private mount(diskMb: number): string | undefined {
    if (process.platform !== 'linux') return 'only Linux is asked for one';
    if (process.getuid?.() !== 0) return 'only root may make one';
    if (diskMb * BYTES_PER_MB > freemem() * MEMORY_SHARE_MAX) return `memory has no room for one of ${diskMb} MB`;
    try {
      const options = `size=${diskMb * BYTES_PER_MB},mode=700`;
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'oncefill-night', this.dataParent], { stdio: 'pipe' });
      return undefined;
    } catch (error) {
      return `mount failed (${(error as Error).message.trim().split('\n').at(-1)})`;
    }
  }

  private unmount(): void {
    if (this.noDisk !== undefined) return;
    try {
      execFileSync('umount', [this.dataParent], { stdio: 'pipe' });
    } catch {
      // Somebody still has a file open there: it goes when that one does.
      execFileSync('umount', ['--lazy', this.dataParent], { stdio: 'pipe' });
    }
  }
}
