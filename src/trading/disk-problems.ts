import type { Problems } from './problems';

/** How often it is looked, whether anybody sends a signal or not. */
const LOOK_INTERVAL_MS = 5_000;

/**
 * Tells a person while the disk is too full for entries.
 *
 * @param disk says why no entries may be taken; undefined: they may
 * @returns ends the watch
 */
export function watchDisk(disk: { fault(): Promise<string | undefined> }, problems: Problems): () => void {
  const look = async (): Promise<void> => {
    const fault = await disk.fault();
    if (fault === undefined) problems.clear('DISK_LOW');
    else problems.set('DISK_LOW', fault);
  };
  void look();
  const looking = setInterval(() => void look(), LOOK_INTERVAL_MS).unref();
  return () => clearInterval(looking);
}
