import type { TradingEnvironment } from '../../domain/trading-venue';
import { OwnFileError, readOwnFile } from '../../secrets/own-file';
import { shownPath } from '../../secrets/shown-path';
import { Secret } from '../../secrets/secret';
import { credentialVariables, FILE_SUFFIX } from '../credential-variables';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../paper-keys';

/** A key file holds one key; anything larger is the wrong file. */
export const CREDENTIAL_FILE_BYTES_MAX = 8_192;

/** Exchanges give out 18 and more. A shorter one, or a number, is found in many a text that spells no key. */
export const CREDENTIAL_CHARACTERS_MIN = 16;

export interface Credentials {
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface CredentialSource {
  /** The venue's name in the configuration; it names the variables. */
  readonly venue: string;
  readonly environment: TradingEnvironment;
  readonly env?: Environment;
}

/** The part of a configuration that says whose keys are meant. */
export interface ConfiguredVenue {
  readonly venue: string;
  readonly venues: Readonly<Record<string, Pick<CredentialSource, 'environment'> | undefined>>;
}

/** The keys of a venue are missing or malformed. The message names variables, never values. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/**
 * The keys of the venue that a configuration trades on. The one way to them: the check before a start and the engine
 * both take it, and everything that it gives out is blotted out of whatever this process writes from then on.
 *
 * @throws CredentialsError as resolveCredentials
 */
export function credentialsOf({ venue, venues }: ConfiguredVenue, env: Environment = process.env): Credentials {
  const settings = venues[venue];
  if (!settings) throw new Error(`The venue "${venue}" is not configured.`);
  return resolveCredentials({ venue, environment: settings.environment, env });
}

/**
 * Reads the keys of a venue from its variables, or from the files that the same variables with `_FILE` name. The paper
 * environment uses its own fixed keys and reads nothing, so that real keys never reach a local server.
 *
 * @throws CredentialsError when a key is missing, given twice, unreadable or malformed, or lies in a file that is not
 *   ours alone
 */
export function resolveCredentials({ venue, environment, env = process.env }: CredentialSource): Credentials {
  if (environment === 'paper') {
    return { apiKey: new Secret(PAPER_API_KEY), apiSecret: new Secret(PAPER_API_SECRET) };
  }
  const read = (name: string): string => readCredential(name, env);
  const { apiKey, apiSecret } = credentialVariables(venue);
  const missing = [apiKey, apiSecret].filter((name) => !env[name] && !env[`${name}${FILE_SUFFIX}`]);
  if (missing.length > 0) throw new CredentialsError(describeMissing(missing, environment));
  return { apiKey: new Secret(read(apiKey)), apiSecret: new Secret(read(apiSecret)) };
}

/** All that is missing at once, and where it is set. */
function describeMissing(names: readonly string[], environment: string): string {
  const files = names.map((name) => `${name}${FILE_SUFFIX}`).join(' and ');
  return `The ${environment} environment needs API keys: set ${names.join(' and ')} in .env (chmod 600 .env), or ${files} to the name of a file that holds it, or use the paper environment.`;
}

function readCredential(name: string, env: Environment): string {
  const direct = env[name] === '' ? undefined : env[name];
  const fileVariable = `${name}${FILE_SUFFIX}`;
  const file = env[fileVariable] === '' ? undefined : env[fileVariable];
  if (direct !== undefined && file !== undefined) {
    throw new CredentialsError(`Both ${name} and ${fileVariable} are set; keep one of them.`);
  }
  const value = direct ?? readCredentialFile(fileVariable, file ?? '');
  // An RSA key spans lines; everything else is one word. Line breaks at the ends come from editors and shells.
  const trimmed = value.trim();
  const isWord = /^[\x21-\x7e]+$/.test(trimmed);
  const isPrivateKey = trimmed.startsWith('-----BEGIN ') && trimmed.endsWith('-----');
  if (!isWord && !isPrivateKey) {
    throw new CredentialsError(
      `${name} is not a valid key: it is empty or holds spaces. Copy it again from the venue.`,
    );
  }
  if (trimmed.length < CREDENTIAL_CHARACTERS_MIN || /^\d+$/.test(trimmed)) {
    throw new CredentialsError(
      `${name} is not a valid key: it has fewer than ${CREDENTIAL_CHARACTERS_MIN} characters, or digits only. Copy it again from the venue.`,
    );
  }
  return trimmed;
}

/**
 * The text of a key file.
 *
 * @param variable the variable that names the file, for the message
 * @throws CredentialsError when it cannot be read, is too large to hold a key, or could be read or written by others
 */
function readCredentialFile(variable: string, path: string): string {
  const refuse = (what: string): CredentialsError =>
    new CredentialsError(`${variable} names ${shownPath(path)}, which ${what}.`);
  try {
    const { text, encodingFault, isOurs, isPrivate } = readOwnFile(path, CREDENTIAL_FILE_BYTES_MAX);
    if (!isOurs) throw refuse('belongs to another user; make a copy of your own');
    if (!isPrivate) throw refuse(`others may read or write; run: chmod 600 ${path}`);
    if (encodingFault !== undefined) throw refuse(encodingFault);
    return text;
  } catch (error) {
    if (error instanceof OwnFileError) throw refuse(error.message);
    throw error;
  }
}
