import { FILE_SUFFIX } from '../venues/credential-variables';

/** The secrets of a source of alerts: `tradingview` reads `HOOK_TRADINGVIEW_SECRETS`. */
export function hookSecretsVariable(source: string): string {
  return `HOOK_${source.toUpperCase().replaceAll('-', '_')}_SECRETS`;
}

const HOOK_SECRETS = /^HOOK_[A-Z][A-Z0-9_]{0,30}_SECRETS$/;

/** Whether a variable holds secrets of a source, or names the file that does. */
export function isHookVariable(name: string): boolean {
  const value = name.endsWith(FILE_SUFFIX) ? name.slice(0, -FILE_SUFFIX.length) : name;
  return HOOK_SECRETS.test(value);
}

/** What must not be seen of a variable's value; empty for a variable that is none of ours or names a file. */
export function hookSecretsIn(name: string, value: string): readonly string[] {
  return HOOK_SECRETS.test(name) ? [value, ...value.split(/\s+/).filter(Boolean)] : [];
}
