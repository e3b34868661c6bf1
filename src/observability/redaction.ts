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

const SECRET_FIELD_NAMES: ReadonlySet<string> = new Set(SECRET_FIELDS);

/**
 * Whether what is handed to a logger needs no look at REDACTED_PATHS, which costs more than the rest of the line: fields that are
 * named otherwise, none of which holds others, and a text.
 */
export function isWithoutSecretFields([fields, message, ...values]: readonly unknown[]): boolean {
  if (typeof fields !== 'object' || fields === null || Object.getPrototypeOf(fields) !== Object.prototype) return false;
  if (typeof message !== 'string' || values.length > 0) return false;
  return Object.entries(fields).every(([name, value]) => !mayHoldFields(value) && !SECRET_FIELD_NAMES.has(name));
}

function mayHoldFields(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

/** Paths for pino's `redact`: every secret field, at the top and up to three levels down. */
export const REDACTED_PATHS: readonly string[] = SECRET_FIELDS.flatMap((field) =>
  ['', '*', '*.*', '*.*.*'].map((prefix) => `${prefix}["${field}"]`),
);

/**
 * The second net, for secrets in free text such as an exchange's error message or a signed URL: it works on the
 * finished line, whatever the field, and knows what this process knows by then.
 */
export function redactLine(line: string): string {
  return redact(line.includes('=') ? line.replace(SIGNED_PARAMETER, `$1=${REDACTED}`) : line);
}
