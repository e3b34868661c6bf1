import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** From dist/src/config it is three folders up, from src/config two. */
const PARENT_FOLDERS_MAX = 6;

/**
 * The folder that holds this program's package.json, default configuration and models, whether the code runs from
 * `dist` or from the sources.
 */
export function packageRoot(): string {
  let folder = __dirname;
  for (let level = 0; level < PARENT_FOLDERS_MAX; level++) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    folder = dirname(folder);
  }
  throw new Error(`No package.json lies above ${__dirname}; install the program as a whole folder.`);
}

/** The version in package.json, for example `0.1.0`. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
