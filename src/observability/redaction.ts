import { REDACTED } from '../secrets/find-secrets';
import { redact } from '../secrets/known-secrets';

/** Field names whose values are secrets, in the spellings of our code, the exchanges and HTTP headers. */
const SECRET_FIELDS = [
  'apiKey',
  'api_key',
  'apiSecret',
  'secret',
  'password',
  'passphrase',
  'token',
  'bot_token',
  'signature',
  'sign',
  'authorization',
  'Authorization',
  'cookie',
  'X-BAPI-API-KEY',
  'X-BAPI-SIGN',
];

const SIGNED_PARAMETER = /\b(signature|sign|api_?key|token)=[^&\s"\\]+/gi;

/** Paths for pino's `redact`: every secret field, at the top and up to three levels down. */
export const REDACTED_PATHS: readonly string[] = SECRET_FIELDS.flatMap((field) =>
  ['', '*', '*.*', '*.*.*'].map((prefix) => `${prefix}["${field}"]`),
);

/**
 * The second net, for secrets in free text such as an exchange's error message or a signed URL: it works on the
 * finished line, whatever the field, and knows what this process knows by then.
 */
export function redactLine(line: string): string {
  return redact(line.replace(SIGNED_PARAMETER, `$1=${REDACTED}`));
}
