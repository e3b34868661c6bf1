import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { OwnFileError, readOwnFile, type OwnFile } from '../secrets/own-file';
import { alertSecrets } from './alert-variables';
import { ConfigError } from './config-error';
import { hookSecretsIn } from './hook-variables';
import type { Config } from './schema';
import { environmentOf } from './trading-environment';
import { groupOf, isKeyOf, isServiceVariable, type VariableGroup } from './variables';

/** Thirty variables and their comments; anything larger is the wrong file. */
const DOT_ENV_BYTES_MAX = 65_536;
/** What stands in a name's place may be a key that somebody pasted: only what cannot be one is shown. */
const VARIABLE_NAME = /^(?=.{1,64}$)[A-Z][A-Z0-9]*_[A-Z0-9_]*$/;
/** Some editors begin a file with it. */
const BYTE_ORDER_MARK = /^\uFEFF/;

/** Lines end as on any system; older ones of Macs with a carriage return alone. */
const LINE_END = /\r\n?/g;

const A_PORT = 'write the number of the port alone, or remove the line.';
const SETS_NOTHING = 'sets nothing: write NAME=value, put # before a comment, or remove the line.';

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
 * @throws ConfigError when it cannot be read, is no regular file, too large or another user's, holds a line that sets
 *   nothing, or sets anything else; lines are told, names where they look like one, values never
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
  if (own.encodingFault !== undefined) throw refuse(`${own.encodingFault}.`);
  const text = own.text.replace(BYTE_ORDER_MARK, '').replaceAll(LINE_END, '\n');
  const { lineOf, faults } = readLines(text);
  // What such a line means to the parser is not looked into.
  if (faults.length > 0) {
    throw new ConfigError(faults.map(({ line, message }) => ({ source: `${file}:${line}`, path: '', message })));
  }
  const found = Object.entries(parseEnv(text)).map(([name, value = '']) => ({ name, value, line: lineOf.get(name) }));
  const lines = found
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
    .map(({ name, value, line }) => ({ name, value, source: line === undefined ? file : `${file}:${line}` }));
  const foreign = lines.filter(({ name }) => groupOf(name) === undefined);
  if (foreign.length > 0) {
    throw new ConfigError(foreign.map(({ name, source }) => ({ source, path: '', message: foreignName(name) })));
  }
  // In the real environment others set such values. Nobody but the user writes this file.
  const addresses = lines.filter(({ name, value }) => isServiceVariable(name, value));
  if (addresses.length > 0) {
    throw new ConfigError(
      addresses.map(({ name, source }) => ({ source, path: '', message: `${name} holds an address; ${A_PORT}` })),
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
  const opener = lines.find(({ name, value }) => alertSecrets(name, value).length > 0);
  if (opener !== undefined && !isPrivate) {
    const message = `${opener.name} opens an alert channel, and others may read or write the file; run: chmod 600 ${file}`;
    throw new ConfigError([{ source: opener.source, path: '', message }]);
  }
  const hookSecret = lines.find(({ name, value }) => hookSecretsIn(name, value).length > 0);
  if (hookSecret !== undefined && !isPrivate) {
    const message = `${hookSecret.name} lets its holder send signals, and others may read or write the file; run: chmod 600 ${file}`;
    throw new ConfigError([{ source: hookSecret.source, path: '', message }]);
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

function foreignName(name: string): string {
  const what = VARIABLE_NAME.test(name) ? name : 'what stands before the equals sign';
  return `${what} is not a variable that .env may set; .env.example lists those. Remove the line, or set it in the real environment if another program needs it.`;
}

interface LineFault {
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** The line that sets each variable, and what is wrong with others that are no comment. */
function readLines(text: string): {
  readonly lineOf: ReadonlyMap<string, number>;
  readonly faults: readonly LineFault[];
} {
  const lineOf = new Map<string, number>();
  const faults: LineFault[] = [];
  let line = 0;
  let lineStart = 0;
  for (const match of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    line += 1;
    // The value of a line before goes on over this one.
    if (match.index < lineStart) continue;
    const content = match[0].trim();
    lineStart = match.index + match[0].length;
    if (content === '' || content.startsWith('#')) continue;
    const equals = match[0].indexOf('=');
    const name = match[0]
      .slice(0, Math.max(0, equals))
      .trim()
      .replace(/^export\s+/, '');
    if (name === '') {
      faults.push({ line, message: SETS_NOTHING });
      continue;
    }
    const former = lineOf.get(name);
    if (former !== undefined)
      faults.push({ line, message: `sets what line ${former} sets already; keep one of them.` });
    else lineOf.set(name, line);
    const quoted = readQuoted(text, match.index + equals + 1);
    if (typeof quoted === 'string') faults.push({ line, message: quoted });
    else lineStart = Math.max(lineStart, quoted ?? 0);
  }
  return { lineOf, faults };
}

/** Where a value in quotes ends, which may be lines later, or what is wrong with it; undefined for any other. */
function readQuoted(text: string, start: number): number | string | undefined {
  const quote = /[^\S\n]*(["'`])/y;
  quote.lastIndex = start;
  const mark = quote.exec(text)?.[1];
  if (mark === undefined) return undefined;
  const end = text.indexOf(mark, quote.lastIndex);
  if (end === -1) return `begins a value with ${mark} and does not end it; close the quotes.`;
  const rest = /[^\n]*/y;
  rest.lastIndex = end + 1;
  if (/^\s*(?:#|$)/.test(rest.exec(text)?.[0] ?? '')) return end + 1;
  return `has something behind the value in ${mark}; put # before a comment, or all of the value into quotes of another kind.`;
}
