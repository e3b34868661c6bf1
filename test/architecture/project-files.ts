import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What git has, or would take: a new file counts before it is added, and what git ignores never does. */
const LIST_FILES = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const LIST_BYTES_MAX = 2 ** 26;
/** What git ignores, for a copy without git: folders of that name, and folders at the project's root. */
const IGNORED_NAMES = ['.git', 'node_modules', '__pycache__', '.venv'];
const IGNORED_AT_ROOT = ['dist', 'dist.next', 'data', 'coverage'];

/**
 * Every file that belongs to the project, with `/`. Git knows them; in a copy that it cannot read, all that lies there counts but
 * what is installed or made.
 *
 * @param root the project's folder
 */
export function listProjectFiles(root: string): string[] {
  // A copy may lie in another project's checkout, which ignores it or not.
  const listed = existsSync(join(root, '.git')) ? listByGit(root) : undefined;
  return (
    listed?.filter((file) => existsSync(join(root, file))) ?? walk(root, '', [...IGNORED_NAMES, ...IGNORED_AT_ROOT])
  );
}

/** @returns undefined where git is missing or does not trust the folder */
function listByGit(root: string): string[] | undefined {
  try {
    const options = { cwd: root, encoding: 'utf8', maxBuffer: LIST_BYTES_MAX, stdio: 'pipe' } as const;
    return execFileSync('git', LIST_FILES, options)
      .split('\0')
      .filter((file) => file !== '');
  } catch {
    return undefined;
  }
}

function walk(root: string, folder: string, ignored: readonly string[]): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter((entry) => !ignored.includes(entry.name))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? walk(root, path, IGNORED_NAMES) : [path];
    });
}
