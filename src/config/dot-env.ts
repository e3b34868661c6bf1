import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { OwnFileError, readOwnFile, type OwnFile } from '../secrets/own-file';
import { ConfigError } from './config-error';
import type { Config } from './schema';
import { environmentOf } from './trading-environment';
import { groupOf, isKeyOf, type VariableGroup } from './variables';

/** Thirty variables and their comments; anything larger is the wrong file. */
const DOT_ENV_BYTES_MAX = 65_536;
/** Of a name that is refused: it may be anything. */
const NAME_CHARACTERS_SHOWN_MAX = 64;

/** One line of a `.env` file. */
interface DotEnvLine {
  readonly name: string;
  readonly value: string;
  /** The file and the line, for messages. */
  readonly source: string;
}

/** The `.env` file of a folder, every name in it one that `.env` may set. */
export interface DotEnv {
  readonly file: string;
  readonly lines: readonly DotEnvLine[];
  /** Nobody else may read or write it. */
  readonly isPrivate: boolean;
}

/**
 * Reads the `.env` file of a folder. It may set the variables that are documented for it, and nothing that Node, the
 * dynamic linker or another program obeys: a folder that somebody was sent may hold one.
 *
 * @returns undefined when there is none
 * @throws ConfigError when it cannot be read, is no regular file, too large or another user's, or sets anything else;
 *   names and lines are told, values never
 */
export function readDotEnv(cwd: string): DotEnv | undefined {
  const file = join(cwd, '.env');
  const refuse = (message: string): ConfigError => new ConfigError([{ source: file, path: '', message }]);
  let own: OwnFile;
  try {
    own = readOwnFile(file, DOT_ENV_BYTES_MAX);
  } catch (error) {
    if (!(error instanceof OwnFileError)) throw error;
    if (error.code === 'ENOENT') return undefined;
    throw refuse(`${error.message}.`);
  }
  if (!own.isOurs)
    throw refuse('belongs to another user: it could lead you to their servers. Make a copy of your own.');
  const lines = Object.entries(parseEnv(own.text)).map(([name, value]) => ({
    name,
    value: value ?? '',
    source: `${file}:${lineOf(name, own.text)}`,
  }));
  const foreign = lines.filter(({ name }) => groupOf(name) === undefined);
  if (foreign.length > 0) {
    throw new ConfigError(
      foreign.map(({ name, source }) => ({
        source,
        path: '',
        message: `${name.slice(0, NAME_CHARACTERS_SHOWN_MAX)} is not a variable that .env may set; .env.example lists those. Remove the line, or set it in the real environment if another program needs it.`,
      })),
    );
  }
  return { file, lines, isPrivate: own.isPrivate };
}

/**
 * Adds lines of some groups to the environment, with the rules of Node's `--env-file`: a variable that the real
 * environment already has keeps its value.
 */
export function applyDotEnv(
  dotEnv: DotEnv | undefined,
  groups: readonly VariableGroup[],
  env: NodeJS.ProcessEnv,
): void {
  for (const { name, value } of dotEnv?.lines ?? []) {
    const group = groupOf(name);
    if (group !== undefined && groups.includes(group)) env[name] ??= value;
  }
}

/**
 * Checks what can be judged only with the configuration: whose keys the file holds, and who may read it where they are
 * worth something.
 *
 * @throws ConfigError
 */
export function checkDotEnv(dotEnv: DotEnv | undefined, config: Config): void {
  if (dotEnv === undefined) return;
  const { file, lines, isPrivate } = dotEnv;
  const environment = environmentOf(config);
  if (environment !== 'paper' && !isPrivate) {
    const message = `others may read or write it, and the environment is ${environment}; run: chmod 600 ${file}`;
    throw new ConfigError([{ source: file, path: '', message }]);
  }
  const venues = Object.keys(config.venues);
  const strangers = lines.filter(
    ({ name }) => groupOf(name) === 'exchange keys' && !venues.some((venue) => isKeyOf(venue, name)),
  );
  if (strangers.length === 0) return;
  throw new ConfigError(
    strangers.map(({ name, source }) => ({
      source,
      path: '',
      message: `${name} is no key of a configured venue (${venues.join(', ')}): correct its name, name the configuration that has the venue, or remove the line.`,
    })),
  );
}

/** The first line that sets a variable, counted from 1. */
function lineOf(name: string, text: string): number {
  const sets = (line: string): boolean =>
    line
      .replace(/^\s*export\s/, '')
      .split('=')[0]
      ?.trim() === name;
  return Math.max(0, text.split(/\r?\n/).findIndex(sets)) + 1;
}
