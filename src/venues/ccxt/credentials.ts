import { readFileSync, statSync } from 'node:fs';
import { credentialVariables, FILE_SUFFIX } from '../credential-variables';
import { PAPER_API_KEY, PAPER_API_SECRET } from '../paper-keys';
import { Secret } from './secret';

/** A key file holds one line; anything larger is the wrong file. */
export const CREDENTIAL_FILE_BYTES_MAX = 8_192;

export interface Credentials {
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
}

export interface CredentialSource {
  /** The venue's name in the configuration; it names the variables. */
  readonly venue: string;
  readonly environment: 'paper' | 'testnet' | 'live';
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The keys of a venue are missing or malformed. The message names variables, never values. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/**
 * Reads the keys of a venue from its variables, or from the files that the same variables with `_FILE` name. The paper environment uses its own fixed keys and reads nothing, so that real keys
 * never reach a local server.
 *
 * @throws CredentialsError when a key is missing, given twice, unreadable or malformed
 */
export function resolveCredentials({ venue, environment, env = process.env }: CredentialSource): Credentials {
  if (environment === 'paper') {
    return { apiKey: new Secret(PAPER_API_KEY), apiSecret: new Secret(PAPER_API_SECRET) };
  }
  const read = (name: string): string => readCredential(name, environment, env);
  const { apiKey, apiSecret } = credentialVariables(venue);
  return { apiKey: new Secret(read(apiKey)), apiSecret: new Secret(read(apiSecret)) };
}

function readCredential(name: string, environment: string, env: Readonly<Record<string, string | undefined>>): string {
  const direct = env[name] === '' ? undefined : env[name];
  const fileVariable = `${name}${FILE_SUFFIX}`;
  const file = env[fileVariable] === '' ? undefined : env[fileVariable];
  if (direct !== undefined && file !== undefined) {
    throw new CredentialsError(`Both ${name} and ${fileVariable} are set; keep one of them.`);
  }
  if (direct === undefined && file === undefined) {
    throw new CredentialsError(
      `The ${environment} environment needs API keys: set ${name} or ${fileVariable}, or use the paper environment.`,
    );
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
  return trimmed;
}

/**
 * The text of a key file.
 *
 * @param variable the variable that names the file, for the message
 * @throws CredentialsError when it cannot be read or is too large to hold a key
 */
export function readCredentialFile(variable: string, path: string): string {
  try {
    if (statSync(path).size <= CREDENTIAL_FILE_BYTES_MAX) return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CredentialsError(`${variable} names ${path}, which cannot be read (${code}).`);
  }
  throw new CredentialsError(`${variable} names ${path}, which is larger than ${CREDENTIAL_FILE_BYTES_MAX} bytes.`);
}
