import { readFreeSpace, type AskFileSystem } from '../process/free-disk';
import { ok, toMend, type CheckResult, type Surroundings } from './check';

const BYTES_PER_MB = 1_000_000;

/** Whether entries would be taken: with less free than `storage.minimumFreeMb` none are. */
export async function checkDisk({ config }: Surroundings, ask?: AskFileSystem): Promise<CheckResult> {
  const { minimumFreeMb } = config.storage;
  const space = await readFreeSpace(config.dataDir, ask);
  if ('fault' in space) {
    return toMend(
      `the disk of ${config.dataDir} does not tell what is free (${space.fault})`,
      'Look at that disk, or set DATA_DIR to another one.',
    );
  }
  const freeMb = Math.floor(space.freeBytes / BYTES_PER_MB);
  const found = `${freeMb} MB free for ${config.dataDir}, and ${minimumFreeMb} MB are needed`;
  return freeMb >= minimumFreeMb ? ok(found) : toMend(found, 'Free some space, or set DATA_DIR to a larger disk.');
}
