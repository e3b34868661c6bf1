import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { packageRoot } from '../config/package-root';
import { readBoundedFile } from '../process/bounded-file';

/** What the page may consist of, and what a browser is told that it is. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const NAME = /^[a-z0-9][a-z0-9-]{0,60}\.[a-z]{2,4}$/;
/** Of one file, bytes. */
const FILE_BYTES_MAX = 1_048_576;
export const ASSETS_MAX = 100;

/** The page itself. */
export const PAGE_FILE = 'index.html';
/** The charts' library, under the names that the page asks for. */
const LIBRARY_FILES = { 'uplot.js': 'uPlot.esm.js', 'uplot.css': 'uPlot.min.css' } as const;

/** A file of the page, in memory. */
export interface Asset {
  readonly body: Buffer;
  readonly type: string;
  /** Changes with the content. */
  readonly etag: string;
}

/** By the name in `/page/NAME`. */
export type Assets = ReadonlyMap<string, Asset>;

/** Where the page's own files are. */
export function pageFolder(): string {
  return join(packageRoot(), 'page');
}

function libraryFolder(): string {
  return dirname(require.resolve('uplot/dist/uPlot.esm.js'));
}

/**
 * Reads the page's files once: what is served later is what this found, whatever name is asked for.
 *
 * @param folder with nothing but files of TYPES that count; others are left out
 * @throws the file system's error; FileUnusableError for a file that is too large
 */
export function loadAssets(folder: string = pageFolder(), library: string = libraryFolder()): Assets {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && NAME.test(entry.name) && extname(entry.name) in TYPES)
    .map(({ name }) => name)
    .toSorted()
    .slice(0, ASSETS_MAX);
  const own = names.map((name) => [name, readAsset(join(folder, name), name)] as const);
  const charts = Object.entries(LIBRARY_FILES).map(
    ([name, file]) => [name, readAsset(join(library, file), name)] as const,
  );
  return new Map([...own, ...charts]);
}

function readAsset(path: string, name: string): Asset {
  const body = readBoundedFile(path, { bytesMax: FILE_BYTES_MAX, what: 'A file of the page' });
  const etag = `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`;
  return { body, type: TYPES[extname(name)] ?? 'application/octet-stream', etag };
}
