import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;
const WRITABLE_BY_EVERYBODY = 0o002;
/** In a folder with this bit, entries belong to who made them, as in /tmp. */
const STICKY = 0o1000;
const ROOT_USER = 0;

/**
 * Says why somebody else could put another file where `path` is: then what was verified there need not be what runs.
 *
 * @param folder everything from this folder down to `path` must belong to this user (or to root) and be writable for nobody
 *   else; the folders above it must not let everybody rename what is in them. An absolute path without links, as
 *   `realpath` gives it
 * @param path below the folder; need not exist
 * @returns what is wrong, as the end of a sentence, or undefined
 */
export async function findForeignWriter(folder: string, path: string): Promise<string | undefined> {
  // Windows has other rights, which this does not know.
  const user = process.getuid?.();
  if (user === undefined) return undefined;
  for (const above of foldersAbove(folder)) {
    const { mode } = await stat(above);
    if ((mode & WRITABLE_BY_EVERYBODY) !== 0 && (mode & STICKY) === 0) return `everybody may write into ${above}`;
  }
  for (const own of pathsDownTo(folder, path)) {
    const stats = await statIfPresent(own);
    if (stats === undefined) return undefined;
    if (stats.uid !== user && stats.uid !== ROOT_USER) return `${own} belongs to another user`;
    if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) return `others may write into ${own}; chmod go-w takes that away`;
  }
  return undefined;
}

function foldersAbove(folder: string): readonly string[] {
  const folders: string[] = [];
  for (let at = folder; dirname(at) !== at; at = dirname(at)) folders.push(dirname(at));
  return folders;
}

/** The folder, the folders between, and the path itself. */
function pathsDownTo(folder: string, path: string): readonly string[] {
  const names = relative(folder, path).split(sep);
  return [folder, ...names.map((_, index) => [folder, ...names.slice(0, index + 1)].join(sep))];
}

async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
