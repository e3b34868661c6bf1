import { statSync } from 'node:fs';
import { join } from 'node:path';
import { OwnFileError, readOwnFile } from '../secrets/own-file';
import { ok, toMend, type CheckResult, type Surroundings } from './check';

const OTHERS_BITS = 0o077;
const DOT_ENV_BYTES_MAX = 65_536;

/** Whoever can write into the data folder decides what our processes believe. */
export function checkDataFolder({ config: { dataDir } }: Surroundings): CheckResult {
  const folder = statSync(dataDir, { throwIfNoEntry: false });
  if (!folder) return ok(`${dataDir} is not there yet; the first start makes it, for you alone`);
  if (!folder.isDirectory()) return toMend(`${dataDir} is not a folder`, 'Set DATA_DIR to a folder of your own.');
  if (process.geteuid === undefined) return ok(`${dataDir}; this system has no file modes`);
  if (folder.uid !== process.geteuid()) {
    return toMend(`${dataDir} belongs to another user`, 'Set DATA_DIR to a folder of your own.');
  }
  const mode = (folder.mode & 0o777).toString(8);
  if ((folder.mode & OTHERS_BITS) === 0) return ok(`${dataDir} is yours alone (mode ${mode})`);
  return toMend(`${dataDir} is open to other users (mode ${mode})`, `Run: chmod 700 ${dataDir}`);
}

/** It may hold keys. */
export function checkDotEnvFile({ cwd }: Surroundings): CheckResult {
  const path = join(cwd, '.env');
  try {
    const { isOurs, isPrivate } = readOwnFile(path, DOT_ENV_BYTES_MAX);
    if (!isOurs) return toMend(`${path} belongs to another user`, 'Make a copy of your own.');
    return isPrivate
      ? ok(`${path} is yours alone`)
      : toMend(`others may read or write ${path}`, `Run: chmod 600 ${path}`);
  } catch (error) {
    if (!(error instanceof OwnFileError)) throw error;
    if (error.code === 'ENOENT') return ok(`there is none in ${cwd}; none is needed`);
    return toMend(`${path} ${error.message}`, 'Make it a small text file of your own, or remove it.');
  }
}
