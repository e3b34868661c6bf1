/** What stands in place of a secret. */
export const REDACTED = '[redacted]';

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

/** Shorter values are no credentials, and blotting them out would make logs unreadable. */
const SECRET_CHARACTERS_MIN = 8;

const SIGNED_PARAMETER = /\b(signature|sign|api_?key|token)=[^&\s"\\]+/gi;

/** Paths for pino's `redact`: every secret field, at the top and up to three levels down. */
export const REDACTED_PATHS: readonly string[] = SECRET_FIELDS.flatMap((field) =>
  ['', '*', '*.*', '*.*.*'].map((prefix) => `${prefix}["${field}"]`),
);

/**
 * The second net, for secrets in free text such as an exchange's error message or a signed URL: it works on the
 * finished line, whatever the field.
 *
 * @param secrets values to blot out wherever they appear
 * @returns a function from a log line to the line without secrets
 */
export function createLineRedactor(secrets: readonly string[]): (line: string) => string {
  const long = secrets.filter((secret) => secret.length >= SECRET_CHARACTERS_MIN);
  // Inside a JSON line a quote or a backslash of the secret is escaped, and in a URL it is percent-encoded.
  const spellings = new Set(
    long.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]),
  );
  // Longest first: a secret that is part of another one must not break the other's match.
  const ordered = [...spellings].toSorted((left, right) => right.length - left.length);
  return (line) => {
    let clean = line.replace(SIGNED_PARAMETER, `$1=${REDACTED}`);
    for (const spelling of ordered) clean = clean.replaceAll(spelling, REDACTED);
    return clean;
  };
}
