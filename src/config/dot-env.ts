import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error';

/**
 * Adds the lines of the `.env` file in a folder to the environment, with the rules of Node's `--env-file`: a variable
 * that the real environment already has keeps its value.
 *
 * @returns whether there is such a file
 * @throws ConfigError when the file exists and cannot be read
 */
export function loadDotEnv(cwd: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const file = join(cwd, '.env');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    throw new ConfigError([{ source: file, path: '', message: `cannot be read (${code}).` }]);
  }
  for (const [name, value] of Object.entries(parseEnv(text))) env[name] ??= value;
  return true;
}
