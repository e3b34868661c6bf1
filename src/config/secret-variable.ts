import { OwnFileError, readOwnFile } from '../secrets/own-file';
import { shownPath } from '../secrets/shown-path';
import { SECRET_CHARACTERS_MIN } from '../secrets/find-secrets';
import { FILE_SUFFIX } from '../venues/credential-variables';
import { ConfigError } from './config-error';

/** A file holds one value; anything larger is the wrong file. */
const SECRET_FILE_BYTES_MAX = 8_192;

type Environment = Readonly<Record<string, string | undefined>>;

function refuse(source: string, message: string): ConfigError {
  return new ConfigError([{ source, path: '', message }]);
}

/**
 * The text of a variable, or of the file that the same variable with `_FILE` names; blanks at its ends come from editors and shells.
 *
 * @returns undefined when neither is set
 * @throws ConfigError when both are, or the file cannot be used; values are never told
 */
export function readVariableOrFile(name: string, env: Environment): string | undefined {
  const fileVariable = `${name}${FILE_SUFFIX}`;
  const direct = env[name]?.trim() || undefined;
  const file = env[fileVariable]?.trim() || undefined;
  if (direct !== undefined && file !== undefined) {
    throw refuse(name, `is set, and so is ${fileVariable}; keep one of them.`);
  }
  if (file === undefined) return direct;
  const text = readSecretFile(fileVariable, file).trim();
  if (text === '') throw refuse(fileVariable, `names ${shownPath(file)}, which is empty; write the value into it.`);
  return text;
}

/** @throws ConfigError when it cannot be read, is too large, or could be read or written by others */
function readSecretFile(variable: string, path: string): string {
  const unusable = (what: string): ConfigError => refuse(variable, `names ${shownPath(path)}, which ${what}.`);
  try {
    const { text, encodingFault, isOurs, isPrivate } = readOwnFile(path, SECRET_FILE_BYTES_MAX);
    if (!isOurs) throw unusable('belongs to another user; make a copy of your own');
    if (!isPrivate) throw unusable(`others may read or write; run: chmod 600 ${path}`);
    if (encodingFault !== undefined) throw unusable(encodingFault);
    return text;
  } catch (error) {
    if (error instanceof OwnFileError) throw unusable(error.message);
    throw error;
  }
}

/**
 * What is wrong with a password, as words after the variable's name. Shorter ones than SECRET_CHARACTERS_MIN could not be kept out of
 * logs: they are part of too many words.
 */
export function faultOfPassword(text: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return 'holds a line break or another control character; copy it again';
  if (text.length >= SECRET_CHARACTERS_MIN) return undefined;
  return `has fewer than ${SECRET_CHARACTERS_MIN} characters; choose a longer one`;
}
