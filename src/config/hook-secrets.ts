import { Secret } from '../secrets/secret';
import { FILE_SUFFIX } from '../venues/credential-variables';
import { ConfigError, type ConfigProblem } from './config-error';
import { hookSecretsVariable } from './hook-variables';
import type { Config } from './schema';
import { readVariableOrFile } from './secret-variable';

/** The one that is new, the one that was, and some more while senders are changed one by one. */
const SECRETS_MAX = 8;
/** Strangers may try as long as they like. */
const CHARACTERS_MIN = 16;
const CHARACTERS_MAX = 256;

/** The secrets that a source's alerts may carry or be signed with; none of a source that needs none. */
export type HookSecrets = ReadonlyMap<string, readonly Secret[]>;

/**
 * The secrets of all sources, from `HOOK_<SOURCE>_SECRETS` or the file that the same with `_FILE` names: one or more, with blanks or
 * line breaks between them. Each is blotted out of what this process writes from then on.
 *
 * @throws ConfigError for a source that needs one and has none, or one that is no good; values are never told
 */
export function loadHookSecrets({ hooks }: Pick<Config, 'hooks'>, env: NodeJS.ProcessEnv): HookSecrets {
  if (!hooks.enabled) return new Map();
  const problems: ConfigProblem[] = [];
  const secrets = new Map<string, readonly Secret[]>();
  for (const [name, { authentication }] of Object.entries(hooks.sources)) {
    const variable = hookSecretsVariable(name);
    try {
      const words = readVariableOrFile(variable, env)?.split(/\s+/).filter(Boolean) ?? [];
      const own = words.map((word) => new Secret(word));
      const fault = faultOf(words, authentication !== 'noneOnLoopback', variable);
      if (fault === undefined) secrets.set(name, own);
      else problems.push({ source: variable, path: '', message: fault });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return secrets;
}

function faultOf(words: readonly string[], isNeeded: boolean, variable: string): string | undefined {
  if (words.length === 0) {
    if (!isNeeded) return undefined;
    return `is not set, and neither is ${variable}${FILE_SUFFIX}; set one of them: "openssl rand -hex 24" makes a secret.`;
  }
  if (!isNeeded)
    return 'is set, and its source is told to need none (authentication: noneOnLoopback); keep one of them.';
  if (words.length > SECRETS_MAX)
    return `holds ${words.length} secrets; at most ${SECRETS_MAX} are taken, remove old ones.`;
  const bad = words.findIndex((word) => !/^[\x21-\x7e]+$/.test(word) || /["\\;]/.test(word));
  if (bad >= 0)
    return `holds other characters than letters, digits and signs in secret ${bad + 1} (no quotes, backslashes, semicolons).`;
  const short = words.findIndex(({ length }) => length < CHARACTERS_MIN || length > CHARACTERS_MAX);
  if (short < 0) return undefined;
  return `has ${words[short]?.length} characters in secret ${short + 1}; ${CHARACTERS_MIN} to ${CHARACTERS_MAX} are needed: "openssl rand -hex 24" makes one.`;
}
