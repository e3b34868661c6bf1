import { ConfigError } from './config-error';
import { WATCHDOG_VARIABLE } from './variables';

/** Temporal's, which its own reader takes for "no" unless they are exactly `1` or `true`. */
export const TLS_VARIABLES = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] as const;
/** All variables that say yes or no; whatever else they hold is refused. */
export const YES_NO_VARIABLES = [WATCHDOG_VARIABLE, ...TLS_VARIABLES] as const;
export type YesNoVariable = (typeof YES_NO_VARIABLES)[number];

const YES: readonly string[] = ['on', 'yes', 'true', '1'];
const NO: readonly string[] = ['off', 'no', 'false', '0'];
/** Characters of a wrong value that are shown. */
const SHOWN_MAX = 40;

/**
 * Reads a variable that says yes or no, in large or small letters.
 *
 * @returns undefined where it is not set, or to nothing
 * @throws ConfigError for any other word: who wrote it meant something, and a guess would be silent
 */
export function readYesNo(name: YesNoVariable, env: NodeJS.ProcessEnv = process.env): boolean | undefined {
  const text = env[name]?.trim() ?? '';
  if (text === '') return undefined;
  const word = text.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  const message = `is ${JSON.stringify(text.slice(0, SHOWN_MAX))}; set it to on or off (or yes and no, true and false, 1 and 0), or remove it.`;
  throw new ConfigError([{ source: name, path: '', message }]);
}

/** @throws ConfigError as readYesNo, for the first of all of them that holds anything else */
export function checkYesNo(env: NodeJS.ProcessEnv): void {
  for (const name of YES_NO_VARIABLES) readYesNo(name, env);
}
