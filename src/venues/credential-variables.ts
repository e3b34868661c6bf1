/** The environment variables that a venue's keys are read from. Each may end in `_FILE` instead and then names a file. */
export interface CredentialVariables {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What a file's variable has after the name of the value's own. */
export const FILE_SUFFIX = '_FILE';

/**
 * The one rule for the names of keys: `bybit-eu` reads `BYBIT_EU_API_KEY`. The venue's name counts and not its adapter,
 * so that two accounts on one exchange have keys of their own.
 *
 * @param venueName a key of `venues` in the configuration
 */
export function credentialVariables(venueName: string): CredentialVariables {
  const prefix = credentialPrefix(venueName);
  return { apiKey: `${prefix}_API_KEY`, apiSecret: `${prefix}_API_SECRET` };
}

/** A venue's name as the beginning of a variable: in upper case, with `_` for what no shell can export. */
export function credentialPrefix(venueName: string): string {
  return venueName.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

/** Whether a variable holds a key: of any venue, configured or not, and of a Temporal server. */
export function isCredentialVariable(name: string): boolean {
  return /_API_(KEY|SECRET)$/.test(name);
}
