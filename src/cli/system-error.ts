/** What the system's refusals mean, and what a person can do, by their codes. */
const REFUSALS: Readonly<Record<string, readonly [meaning: string, remedy: string]>> = {
  EACCES: ['this user may not', 'run as its owner, or use a folder of your own (DATA_DIR for the data)'],
  EPERM: ['this user may not', 'run as its owner, or use a folder of your own (DATA_DIR for the data)'],
  EROFS: ['its file system can only be read', 'set DATA_DIR to a folder that can be written to'],
  ENOSPC: ['the disk is full', 'free some space'],
  EDQUOT: ["this user's share of the disk is used up", 'free some space'],
  ENOTDIR: ['a file stands where a folder is needed', 'move it away, or set DATA_DIR to another folder'],
  EEXIST: ['a file stands where a folder is needed', 'move it away, or set DATA_DIR to another folder'],
  EISDIR: ['a folder stands where a file is needed', 'move it away'],
  ENAMETOOLONG: ['the name is too long', 'use a shorter one'],
  ELOOP: ['its links lead in a circle', 'use another folder'],
  EMFILE: ['this process has too many files open', 'raise the limit (ulimit -n)'],
  ENFILE: ['this machine has too many files open', 'close other programs'],
  EIO: ['the disk fails', 'look at the disk'],
};

/** What concerns the whole disk or process, so that its one sentence says enough. */
const TOLD_WITHOUT_PATH: readonly string[] = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'];

/**
 * What the system refused, in one sentence.
 *
 * @returns undefined where the error is not such a refusal of a file or folder, or not one that a person can mend
 */
export function describeSystemError(error: Error): string | undefined {
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const refusal = code === undefined ? undefined : REFUSALS[code];
  if (!refusal) return undefined;
  const [meaning, remedy] = refusal;
  // Of a file that is open already the system names no path.
  if (path === undefined)
    return code !== undefined && TOLD_WITHOUT_PATH.includes(code)
      ? `A file cannot be used: ${meaning} (${syscall ?? 'call'} ${code}). What to do: ${remedy}.`
      : undefined;
  return `${path} cannot be used: ${meaning} (${syscall ?? 'call'} ${code}). What to do: ${remedy}.`;
}
